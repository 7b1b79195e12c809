using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tree;
using LiveLedger.Transparency.Witnesses;

namespace LiveLedger.Fuzz.Targets;

/// <summary>What a witness is sent and answers, and policies: what is read is written the same, and no mutation of a cosigned note counts for a quorum with another text.</summary>
internal static class WitnessTarget
{
    private const string Origin = "ledger.example/main";
    private static readonly Ed25519PrivateKey s_logKey = Ed25519PrivateKey.FromSeed(Enumerable.Repeat((byte)4, 32).ToArray());
    private static readonly Ed25519PrivateKey s_witnessKey = Ed25519PrivateKey.FromSeed(Enumerable.Repeat((byte)5, 32).ToArray());
    private static readonly NoteSigner s_log = new(Origin, s_logKey);
    private static readonly Cosigner s_witness = new("witness.example/w1", s_witnessKey);
    private static readonly Checkpoint s_checkpoint = new(Origin, new(new(70_000), new(LeafHash.Of("root"u8).Value)));
    private static readonly NoteSignature s_line = s_witness.Cosign(s_checkpoint, DateTimeOffset.FromUnixTimeSeconds(1_795_000_000));
    private static readonly byte[] s_note = s_checkpoint.Sign(s_log).With([s_line]).ToBytes();
    private static readonly byte[] s_policyFile = Encoding.UTF8.GetBytes(
        $"log {s_log.VerifierKey} https://ledger.example/log\nwitness w1 {s_witness.Key}\ngroup g all w1\nquorum g\n");

    private static readonly TrustPolicy s_policy = TrustPolicy.TryParse(s_policyFile, out var policy, out _) ? policy : throw new FuzzException("the policy is none");

    public static FuzzTarget Create() => new("witness",
    [
        s_note,
        s_policyFile,
        new AddCheckpointRequest(new(69_999), [LeafHash.Of("a"u8).Value, LeafHash.Of("b"u8).Value], s_note).ToBytes(),
        Encoding.UTF8.GetBytes(s_line.ToLine() + s_line.ToLine()),
        Encoding.UTF8.GetBytes(s_witness.Key.ToString()),
    ], Read);

    private static void Read(ReadOnlySpan<byte> input)
    {
        if (s_policy.Check(input) is { Result: PolicyResult.Satisfied } verdict && verdict.Checkpoint != s_checkpoint)
        {
            throw new FuzzException("a quorum was forged");
        }

        if (AddCheckpointRequest.TryParse(input, out var request) && !input.SequenceEqual(request.ToBytes()))
        {
            throw new FuzzException("a request has two forms");
        }

        if (NoteSignature.TryParseLines(input, out var lines) && !input.SequenceEqual(Encoding.UTF8.GetBytes(string.Concat(lines.Select(l => l.ToLine())))))
        {
            throw new FuzzException("signature lines have two forms");
        }

        if (TrustPolicy.TryParse(input, out var policy, out _) && (policy.IsQuorum(new HashSet<PolicyWitness>()) == policy.RequiresWitnesses || !policy.IsQuorum(policy.Witnesses.ToHashSet())))
        {
            throw new FuzzException("a quorum needs nobody, or cannot be had");
        }

        var text = Encoding.UTF8.GetString(input);
        if (CosignerKey.TryParse(text, out var key) && (key.ToString() != text || VerifierKey.TryParse(text, out _)))
        {
            throw new FuzzException("a vkey has two forms or two types");
        }
    }
}
