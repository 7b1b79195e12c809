using LiveLedger.Cryptography;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Cli.Witness;

/// <summary>What the witness has cosigned last of one log, in a folder of its own. Not thread-safe: the witness takes one request of a log after another.</summary>
internal sealed class WitnessMemory
{
    private readonly string _folder;
    private readonly Action<WitnessStep> _reached;

    /// <summary>Makes the folder; <paramref name="reached"/> is told each durable step, and a fault test fails there.</summary>
    internal WitnessMemory(string folder, Action<WitnessStep> reached)
    {
        (_folder, _reached) = (folder, reached);
        Directory.CreateDirectory(folder);
        DirectorySync.Flush(Path.GetDirectoryName(folder)!);
    }

    private string Last => Path.Combine(_folder, "checkpoint");

    /// <summary>The note as it was kept, or null if there never was one.</summary>
    internal byte[]? Read()
    {
        try
        {
            using var file = File.OpenHandle(Last);
            var note = new byte[Math.Min(RandomAccess.GetLength(file), SignedNote.MaxLength)];
            return note[..RandomAccess.Read(file, note, 0)];
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Puts the note in the place of the last one, for good when this returns.</summary>
    /// <exception cref="IOException">Whether it was written is unknown, and <see cref="Read"/> tells; the caller must not release the cosignature.</exception>
    internal void Replace(ReadOnlySpan<byte> note)
    {
        var draft = Last + ".new";
        using (var file = File.OpenHandle(draft, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, note, 0);
            RandomAccess.FlushToDisk(file);
        }

        // A crash up to here leaves the last note, and a draft that the next one overwrites.
        _reached(WitnessStep.Written);
        File.Move(draft, Last, overwrite: true);

        // A crash from here on leaves the last note or this one, whole. Nobody has seen this cosignature, so either is right: the log asks again.
        _reached(WitnessStep.Renamed);
        DirectorySync.Flush(_folder);
        _reached(WitnessStep.Synced);
    }

    /// <summary>Keeps the first proof that the log signed two trees of one size: the note that we refused, beside the one that we cosigned.</summary>
    internal void KeepFork(ReadOnlySpan<byte> note)
    {
        try
        {
            using var file = File.OpenHandle(Path.Combine(_folder, "fork"), FileMode.CreateNew, FileAccess.Write);
            RandomAccess.Write(file, note, 0);
            RandomAccess.FlushToDisk(file);
        }
        catch (IOException)
        {
            // There is one already, or the disk is full: the refusal does not depend on it.
        }
    }
}

/// <summary>The durable steps of remembering a checkpoint, in order.</summary>
internal enum WitnessStep
{
    /// <summary>The new one is on disk under another name.</summary>
    Written,

    /// <summary>The new one has the name; a power cut may still undo that.</summary>
    Renamed,

    /// <summary>For good.</summary>
    Synced,
}
