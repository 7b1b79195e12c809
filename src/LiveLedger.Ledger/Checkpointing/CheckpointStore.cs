using System.Globalization;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Ledger.Checkpointing;

/// <summary>
/// The last signed checkpoint, in a file outside PostgreSQL: the log's memory of what it has promised. Changed by compare-and-swap only,
/// and never made smaller by us. All processes that may sign share the file.
/// </summary>
public sealed class CheckpointStore
{
    // Held for one fsync at a time. A holder that was frozen there keeps it: then nobody signs until it goes on or ends, and sequencing, which
    // stands meanwhile, must not stand for long.
    private static readonly TimeSpan s_lockPatience = TimeSpan.FromSeconds(1);

    private readonly string _file;
    private readonly Action<CheckpointStep> _reached;

    /// <summary>The store in <paramref name="file"/>, which need not exist.</summary>
    public CheckpointStore(string file) : this(file, static _ => { })
    {
    }

    /// <summary>As above; <paramref name="reached"/> is told each step, and a fault test fails there.</summary>
    internal CheckpointStore(string file, Action<CheckpointStep> reached) => (_file, _reached) = (Path.GetFullPath(file), reached);

    /// <summary>The store of the last signed checkpoint of this ledger.</summary>
    internal static CheckpointStore Signed(LedgerOptions options) =>
        new(options.CheckpointFile, step => options.Reached(LedgerStep.CheckpointCompared + (int)step));

    /// <summary>The file beside it, of the last checkpoint with its cosignatures.</summary>
    internal static CheckpointStore Cosigned(LedgerOptions options) =>
        new(options.CheckpointFile + ".cosigned", step => options.Reached(LedgerStep.CosignedCompared + (int)step));

    /// <summary>True from the first write of a roll-forward to its last: the log stays halted though its events are back.</summary>
    public bool IsRecovering => File.Exists(RecoveryMark);

    private string RecoveryMark => _file + ".recovering";

    /// <summary>Says that a roll-forward has begun. Durable when it returns.</summary>
    public void BeginRecovery()
    {
        File.WriteAllBytes(RecoveryMark, []);
        DirectorySync.Flush(Path.GetDirectoryName(_file)!);
    }

    /// <summary>Says that it has ended. A crash before this is durable leaves the log halted, and the order can be given again.</summary>
    public void EndRecovery()
    {
        File.Delete(RecoveryMark);
        DirectorySync.Flush(Path.GetDirectoryName(_file)!);
    }

    /// <summary>The signed note as it was released, or null if there never was one. A reader sees the old or the new one, whole.</summary>
    public byte[]? Read()
    {
        try
        {
            using var file = File.OpenHandle(_file);
            var length = RandomAccess.GetLength(file);
            if (length > SignedNote.MaxLength)
            {
                throw new LogHaltedException("checkpoint-unreadable", $"{_file} has {length} bytes");
            }

            var note = new byte[length];
            var read = RandomAccess.Read(file, note, 0);
            return note[..read];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Takes the file away, under a name of its own; a crash leaves it in one place or the other.</summary>
    public void SetAside(DateTimeOffset at)
    {
        File.Move(_file, string.Create(CultureInfo.InvariantCulture, $"{_file}.unreadable-{at:yyyyMMdd'T'HHmmssfff}"));
        DirectorySync.Flush(Path.GetDirectoryName(_file)!);
    }

    /// <summary>Puts <paramref name="next"/> in the place of <paramref name="expected"/> (null: nothing). False if something else is there.</summary>
    /// <exception cref="IOException">It could not be written; whether it was is unknown, and <see cref="Read"/> tells.</exception>
    public bool TryReplace(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> next)
    {
        var directory = Path.GetDirectoryName(_file)!;
        Directory.CreateDirectory(directory);
        using var held = FileLock.Take(_file + ".lock", s_lockPatience);
        if (!(Read() ?? []).AsSpan().SequenceEqual(expected))
        {
            return false;
        }

        _reached(CheckpointStep.Compared);
        var fresh = _file + ".new";
        using (var file = File.OpenHandle(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, next, 0);
            RandomAccess.FlushToDisk(file);
        }

        // A crash up to here leaves the old checkpoint and a temporary file that the next write overwrites.
        _reached(CheckpointStep.Written);
        File.Move(fresh, _file, overwrite: true);

        // A crash from here on leaves the old or the new one, whole. Readers may see the new one from here on. If a power cut takes it back
        // within this millisecond, the database and the journal, which are on disk, extend what was seen, and so does the next signature.
        _reached(CheckpointStep.Renamed);
        DirectorySync.Flush(directory);
        _reached(CheckpointStep.Synced);
        return true;
    }
}

/// <summary>The durable steps of a checkpoint's replacement, in order.</summary>
internal enum CheckpointStep
{
    /// <summary>The old one is the expected one; nothing is written.</summary>
    Compared,

    /// <summary>The new one is on disk under another name.</summary>
    Written,

    /// <summary>The new one has the name; a power cut may still undo that.</summary>
    Renamed,

    /// <summary>For good.</summary>
    Synced,
}
