using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Audit;

/// <summary>A log under one checkpoint, whose signature has been checked.</summary>
/// <param name="Reader">Reads what lies under it; nothing read is believed before it hashes to the head.</param>
/// <param name="Key">The key that signed.</param>
/// <param name="Note">The checkpoint as served.</param>
/// <param name="Head">What it says.</param>
internal sealed record SignedLog(LogReader Reader, VerifierKey Key, byte[] Note, TreeHead Head)
{
    /// <summary>Fetches the checkpoint and opens it with the key that is trusted, or else with the one that the log serves.</summary>
    /// <exception cref="VerifiedFalse">It does not open.</exception>
    internal static async Task<SignedLog> OpenAsync(HttpClient http, Uri server, VerifierKey? trusted, CancellationToken cancellation)
    {
        var reader = new LogReader(http, server);
        var key = trusted ?? await reader.KeyAsync(cancellation);
        var note = await reader.CheckpointAsync(cancellation);
        return new(reader, key, note, HeadOf(note, key, "the checkpoint"));
    }

    /// <summary>The head of a checkpoint by this key.</summary>
    /// <exception cref="VerifiedFalse">It is none.</exception>
    internal static TreeHead HeadOf(ReadOnlySpan<byte> note, VerifierKey key, string what)
    {
        var opened = Checkpoint.Open(note, key, out var checkpoint);
        return opened == CheckpointResult.Valid ? checkpoint!.Head : throw new VerifiedFalse($"{what} does not open with the key {key}: {opened}");
    }
}
