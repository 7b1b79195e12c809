using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>A log under one checkpoint, whose signature has been checked, and whose cosignatures if there is a policy.</summary>
/// <param name="Reader">Reads what lies under it; nothing read is believed before it hashes to the head.</param>
/// <param name="Key">The key that signed.</param>
/// <param name="Note">The checkpoint as served.</param>
/// <param name="Head">What it says.</param>
/// <param name="Cosigned">By whom, with a policy.</param>
internal sealed record SignedLog(LogReader Reader, VerifierKey Key, byte[] Note, TreeHead Head, PolicyVerdict? Cosigned)
{
    /// <summary>Who speaks for the head, a line each.</summary>
    internal IReadOnlyList<string> Speakers => SpeakersOf(Key, Cosigned);

    /// <summary>Fetches the checkpoint and opens it with the key that is trusted, or else with the one that the log serves.</summary>
    /// <exception cref="VerifiedFalse">It does not open, or is not good by the policy.</exception>
    internal static async Task<SignedLog> OpenAsync(HttpClient http, Uri server, Trust trust, CancellationToken cancellation)
    {
        var log = await FetchAsync(http, server, trust.Key, cancellation);
        return log with { Cosigned = CosignedOf(log.Note, log.Key, trust.Policy) };
    }

    /// <summary>The same without a look at the cosignatures: what the log has signed, whoever else believes it.</summary>
    /// <exception cref="VerifiedFalse">It does not open.</exception>
    internal static async Task<SignedLog> FetchAsync(HttpClient http, Uri server, VerifierKey? trusted, CancellationToken cancellation)
    {
        var reader = new LogReader(http, server);
        var key = trusted ?? await reader.KeyAsync(cancellation);
        var note = await reader.CheckpointAsync(cancellation);
        return new(reader, key, note, HeadOf(note, key, "the checkpoint"), null);
    }

    /// <summary>The head of a checkpoint by this key.</summary>
    /// <exception cref="VerifiedFalse">It is none.</exception>
    internal static TreeHead HeadOf(ReadOnlySpan<byte> note, VerifierKey key, string what)
    {
        var opened = Checkpoint.Open(note, key, out var checkpoint);
        return opened == CheckpointResult.Valid ? checkpoint!.Head : throw new VerifiedFalse($"{what} does not open with the key {key}: {opened}");
    }

    /// <summary>Who has cosigned a checkpoint by this key, as a policy asks; null without one.</summary>
    /// <exception cref="VerifiedFalse">The checkpoint is not good by the policy.</exception>
    internal static PolicyVerdict? CosignedOf(ReadOnlySpan<byte> note, VerifierKey key, TrustPolicy? policy) => policy?.Check(note, key) switch
    {
        null => null,
        { Result: PolicyResult.Satisfied } good => good,
        { Result: PolicyResult.QuorumNotReached } few => throw new NotWitnessed(PolicyFile.Finding(few)),
        var bad => throw new VerifiedFalse(PolicyFile.Finding(bad)),
    };

    /// <summary>Key and cosigners in words.</summary>
    internal static IReadOnlyList<string> SpeakersOf(VerifierKey key, PolicyVerdict? cosigned) => cosigned is null
        ? [$"key {key}"]
        : [$"key {key}", $"good by the policy, cosigned by {(PolicyFile.Cosigners(cosigned) is { Length: > 0 } names ? names : "nobody")}"];
}

/// <summary>A checkpoint that the log has signed and too few witnesses have cosigned: not believed, and perhaps only not yet.</summary>
internal sealed class NotWitnessed(string finding) : VerifiedFalse(finding);
