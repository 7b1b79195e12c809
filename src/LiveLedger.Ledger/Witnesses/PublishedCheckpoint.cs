using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Witnesses;

/// <summary>
/// Which checkpoint outsiders are shown: the last one signed, with the cosignatures it has so far; or, if the policy has a quorum, the last one that
/// reached it. The cosigned one lies in a file beside the signed one, shared by all processes like that; losing it costs only asking again.
/// </summary>
internal sealed class PublishedCheckpoint(CheckpointStore signed, LedgerOptions options)
{
    private readonly CheckpointStore _cosigned = CheckpointStore.Cosigned(options);
    private readonly VerifierKey _key = VerifierKey.Of(options.Origin, options.LogKey.PublicKey);
    private volatile Judged? _judged;

    /// <summary>The note to serve, or null.</summary>
    public byte[]? Read()
    {
        if (options.Witnesses is not { } policy)
        {
            return signed.Read();
        }

        // The cosigned one first: the other is never older than it, and read the other way round it could seem so.
        var cosigned = _cosigned.Read();
        var last = signed.Read();
        if (cosigned is null || last is null)
        {
            return policy.RequiresWitnesses ? null : last;
        }

        if (!policy.RequiresWitnesses)
        {
            // Cosignature lines follow the log's own, so the same checkpoint begins alike.
            return cosigned.AsSpan().StartsWith(last) ? cosigned : last;
        }

        return Judge(cosigned, policy) is { } size && size.CompareTo(SizeOf(last)) <= 0 ? cosigned : null;
    }

    /// <summary>Keeps a cosigned note in the place of an older one. Its cosignatures have been verified.</summary>
    /// <exception cref="IOException">It could not be written.</exception>
    public void Keep(SignedNote note)
    {
        var next = note.ToBytes();
        var last = _cosigned.Read() ?? [];
        if (SizeOf(last).CompareTo(SizeOf(next)) <= 0 && !last.AsSpan().SequenceEqual(next))
        {
            // If another process has written meanwhile, what it wrote is as good.
            _ = _cosigned.TryReplace(last, next);
        }
    }

    /// <summary>The same checkpoint with the cosignatures that are kept of it.</summary>
    public SignedNote WithKept(SignedNote note) =>
        _cosigned.Read() is { } kept && kept.AsSpan().StartsWith(note.ToBytes()) && SignedNote.TryParse(kept, out var cosigned) ? cosigned : note;

    // The policy may have changed since the note was kept. Every reader of every tile comes by here, so a note is judged once.
    private TreeSize? Judge(byte[] note, TrustPolicy policy)
    {
        if (_judged is not { } judged || !judged.Note.AsSpan().SequenceEqual(note))
        {
            var verdict = policy.Check(note, _key);
            _judged = judged = new(note, verdict.Result == PolicyResult.Satisfied ? verdict.Checkpoint!.Head.Size : null);
        }

        return judged.Size;
    }

    private TreeSize SizeOf(byte[] note) => Checkpoint.Open(note, _key, out var checkpoint) == CheckpointResult.Valid ? checkpoint!.Head.Size : default;

    private sealed record Judged(byte[] Note, TreeSize? Size);
}
