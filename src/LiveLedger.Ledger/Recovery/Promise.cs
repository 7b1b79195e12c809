using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Witnesses;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Recovery;

/// <summary>A tree that our own key has signed, and that the log must extend for ever.</summary>
/// <param name="Source">Who shows it: <c>checkpoint</c>, <c>cosigned</c>, or <c>witness NAME</c>.</param>
/// <param name="Note">The checkpoint as it was signed, without cosignatures.</param>
/// <param name="Head">Its tree.</param>
internal sealed record Promise(string Source, byte[] Note, TreeHead Head);

/// <summary>Everything that this log is known to have promised, wherever it is remembered.</summary>
internal sealed class Promises(CheckpointStore signed, WitnessedLog witnessed, LedgerOptions options)
{
    private readonly CheckpointStore _cosigned = CheckpointStore.Cosigned(options);
    private readonly VerifierKey _key = VerifierKey.Of(options.Origin, options.LogKey.PublicKey);

    /// <summary>The promises, smallest tree first. What our key has not signed is none, whoever shows it.</summary>
    public async Task<IReadOnlyList<Promise>> CollectAsync(CancellationToken cancel)
    {
        var found = new List<Promise>();
        Add(found, "checkpoint", Readable(signed));
        Add(found, "cosigned", Readable(_cosigned));
        foreach (var (witness, note) in await witnessed.ShownAsync(cancel))
        {
            Add(found, $"witness {witness}", note);
        }

        return [.. found.OrderBy(p => p.Head.Size)];
    }

    private void Add(List<Promise> to, string source, byte[]? note)
    {
        if (note is not null && Checkpoint.Open(note, _key, out var checkpoint) == CheckpointResult.Valid && checkpoint!.Origin == options.Origin
            && SignedNote.TryParse(note, out var parsed))
        {
            to.Add(new(source, parsed.Keeping(s => s.Name == _key.Name).ToBytes(), checkpoint.Head));
        }
    }

    private static byte[]? Readable(CheckpointStore store)
    {
        try
        {
            return store.Read();
        }
        catch (Exception e) when (e is IOException or LogHaltedException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
