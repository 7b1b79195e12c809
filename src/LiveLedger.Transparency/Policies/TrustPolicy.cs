using System.Diagnostics.CodeAnalysis;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Transparency.Policies;

/// <summary>Whose word is enough (C2SP tlog-policy): the logs, the witnesses, and which witnesses together make a quorum.</summary>
public sealed class TrustPolicy
{
    /// <summary>Longest file read.</summary>
    public const int MaxLength = 256 * 1024;

    /// <summary>Most logs, witnesses and groups, of each. tlog-policy asks for 32.</summary>
    public const int MaxEach = 256;

    private readonly QuorumRule _rule;

    internal TrustPolicy(IReadOnlyList<PolicyLog> logs, IReadOnlyList<PolicyWitness> witnesses, QuorumRule rule) =>
        (Logs, Witnesses, _rule) = (logs, witnesses, rule);

    /// <summary>The logs; none if whoever uses the policy knows the log from elsewhere.</summary>
    public IReadOnlyList<PolicyLog> Logs { get; }

    /// <summary>The witnesses.</summary>
    public IReadOnlyList<PolicyWitness> Witnesses { get; }

    /// <summary>False for <c>quorum none</c>: a checkpoint is good without any cosignature.</summary>
    public bool RequiresWitnesses => !_rule.IsNone;

    /// <summary>A policy that trusts one log by its own word.</summary>
    public static TrustPolicy OfLogAlone(VerifierKey log) => new([new(log, null)], [], new([], null));

    /// <summary>Takes a policy file from outside.</summary>
    public static bool TryParse(ReadOnlySpan<byte> file, [NotNullWhen(true)] out TrustPolicy? policy, [NotNullWhen(false)] out PolicyProblem? problem) =>
        TrustPolicyParser.TryParse(file, out policy, out problem);

    /// <summary>The policy as a file about one log: its witnesses and quorum, without addresses and comments. The same policy has one such text.</summary>
    public string ToText(VerifierKey log) => TrustPolicyText.Of(log, Witnesses, _rule);

    /// <summary>True if these witnesses are a quorum.</summary>
    public bool IsQuorum(IReadOnlySet<PolicyWitness> cosigned) => _rule.IsReachedBy(i => cosigned.Contains(Witnesses[i]));

    /// <summary>Says whether a signed checkpoint from outside is good by this policy, and who says so.</summary>
    /// <param name="note">The signed note's bytes.</param>
    /// <param name="known">The log asked for. Needed if the policy lists none; if it lists some, this must be one of them.</param>
    public PolicyVerdict Check(ReadOnlySpan<byte> note, VerifierKey? known = null)
    {
        VerifierKey[] logs = Logs.Count == 0 ? known is null ? [] : [known] : [.. Logs.Select(l => l.Key).Where(k => known is null || k == known)];
        if (logs.Length == 0)
        {
            return new(PolicyResult.LogNotListed);
        }

        var opened = CheckpointResult.NotSigned;
        Checkpoint? checkpoint = null;
        foreach (var log in logs)
        {
            // tlog-policy: signed by any one of the logs. A wrong signature by one of them spoils the note.
            opened = Checkpoint.Open(note, log, out checkpoint);
            if (opened != CheckpointResult.NotSigned)
            {
                break;
            }
        }

        return opened == CheckpointResult.Valid && SignedNote.TryParse(note, out var signed)
            ? CheckCosignatures(signed, checkpoint!)
            : new(PolicyResult.CheckpointRefused) { Opened = opened };
    }

    private PolicyVerdict CheckCosignatures(SignedNote note, Checkpoint checkpoint)
    {
        var cosigned = new Dictionary<PolicyWitness, DateTimeOffset>();
        foreach (var witness in Witnesses)
        {
            switch (Cosignature.Verify(note, witness.Key, out var time))
            {
                case NoteResult.Valid:
                    cosigned.Add(witness, time);
                    break;
                case NoteResult.BadSignature:
                    return new(PolicyResult.BadCosignature) { Opened = CheckpointResult.Valid, Culprit = witness };
            }
        }

        var reached = _rule.IsReachedBy(i => cosigned.ContainsKey(Witnesses[i]));
        return new(reached ? PolicyResult.Satisfied : PolicyResult.QuorumNotReached)
        {
            Opened = CheckpointResult.Valid,
            Checkpoint = checkpoint,
            Cosigned = [.. cosigned.Select(c => (c.Key, c.Value))],
        };
    }
}
