using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Cosignatures;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;
using LiveLedger.Transparency.Witnesses;

namespace LiveLedger.Cli.Witness;

/// <summary>
/// One log's part of the witness: it cosigns only what extends the last tree it cosigned, and remembers that before it says so. All requests of the
/// log pass one lock from the comparison to the disk; otherwise a slower one could put an older tree back (tlog-witness spells that race out).
/// </summary>
internal sealed class WatchedLog(IReadOnlyList<VerifierKey> keys, Cosigner cosigner, WitnessMemory memory, TimeProvider time)
{
    private readonly Lock _one = new();

    internal string Origin => keys[0].Name;

    /// <summary>The last checkpoint with the log's signatures and our cosignature, or null.</summary>
    /// <exception cref="InvalidDataException">What is kept is not what this witness wrote.</exception>
    internal SignedNote? Remembered() => Read()?.Note;

    internal WitnessAnswer Add(AddCheckpointRequest request, SignedNote note)
    {
        // tlog-witness: signatures by unknown keys are ignored. One that claims a known key and is wrong spoils the note (signed-note).
        var signed = keys.Select(note.Verify).ToArray();
        if (!signed.Contains(NoteResult.Valid) || signed.Contains(NoteResult.BadSignature))
        {
            return WitnessAnswer.Refuse(403, "no good signature by the log's key");
        }

        if (!Checkpoint.TryParse(note.Text, out var checkpoint))
        {
            return IsOfSizeZero(note.Text)
                ? WitnessAnswer.Refuse(422, "an empty tree has one root, and this is another")
                : WitnessAnswer.Refuse(400, "not a checkpoint of three lines");
        }

        if (request.Old.CompareTo(checkpoint.Head.Size) > 0)
        {
            return WitnessAnswer.Refuse(400, "the old size is above the checkpoint's");
        }

        lock (_one)
        {
            return Extend(request, note, checkpoint);
        }
    }

    private WitnessAnswer Extend(AddCheckpointRequest request, SignedNote note, Checkpoint checkpoint)
    {
        // From the disk each time: after a failed write it alone tells which tree was cosigned last.
        var last = Read()?.Head ?? TreeHead.Empty;
        if (request.Old != last.Size)
        {
            return WitnessAnswer.OtherSize(last.Size);
        }

        if (Refuses(last, request, checkpoint.Head) is { } why)
        {
            if (last.Size == checkpoint.Head.Size && last.Root != checkpoint.Head.Root)
            {
                memory.KeepFork(note.ToBytes());
                Output.Error($"FORK {Origin} has signed two trees of {last.Size} entries: {last.Root} and {checkpoint.Head.Root}");
            }

            return WitnessAnswer.Refuse(422, why);
        }

        var line = cosigner.Cosign(checkpoint, time.GetUtcNow());
        // A line for each key: a note may repeat a good one as often as it may have lines, and ours would not fit.
        var once = new HashSet<(string, uint)>();
        var kept = note.Keeping(s => keys.Any(k => k.Name == s.Name && k.KeyId == s.KeyId) && once.Add((s.Name, s.KeyId))).With([line]);

        // The cosignature exists in this process only, and leaves it when the disk has it. The same checkpoint again is written again: the
        // write before may have got as far as the name and no further.
        memory.Replace(kept.ToBytes());
        return WitnessAnswer.Cosigned(line);
    }

    private static string? Refuses(TreeHead last, AddCheckpointRequest request, TreeHead next)
    {
        if (last.Size.Value == 0)
        {
            // Of the empty tree nothing can be proven: what comes first is taken on trust.
            return request.Proof.IsEmpty ? null : "from size 0 there is no proof";
        }

        return !ConsistencyProof.TryCreate(last.Size, next.Size, request.Proof, out var proof) ? "the proof is too long"
            : proof.Verify(last.Root, next.Root) is var result && result == ProofResult.Valid ? null
            : $"the checkpoint does not extend the tree of size {last.Size}: {result}";
    }

    private (SignedNote Note, TreeHead Head)? Read()
    {
        if (memory.Read() is not { } bytes)
        {
            return null;
        }

        return SignedNote.TryParse(bytes, out var note) && Cosignature.Verify(note, cosigner.Key, out _) == NoteResult.Valid
            && Checkpoint.TryParse(note.Text, out var checkpoint) && checkpoint.Origin == Origin
                ? (note, checkpoint.Head)
                : throw new InvalidDataException($"the last checkpoint of {Origin} is damaged, or was kept by a witness with another key");
    }

    private static bool IsOfSizeZero(string text) => text.Split('\n') is [_, "0", { Length: > 0 }, ""];
}
