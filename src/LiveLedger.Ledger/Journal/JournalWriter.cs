using System.Buffers;
using LiveLedger.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace LiveLedger.Ledger.Journal;

/// <summary>
/// Writes the journal: every event once more outside PostgreSQL, on disk before a checkpoint covers it, so that a database which has lost
/// events that were promised can be given them back. One writer for each leadership. Not thread-safe.
/// </summary>
/// <param name="folder">The journal's folder, beside the checkpoint; made if need be.</param>
/// <param name="next">Index of the next event to be written.</param>
/// <param name="reached">Told each durable step; a fault test fails there.</param>
internal sealed class JournalWriter(string folder, ulong next, Action<LedgerStep> reached) : IDisposable
{
    private const int WriteAt = 1 << 20;

    private readonly ArrayBufferWriter<byte> _buffer = new(WriteAt + WriteAt / 4);
    private SafeFileHandle? _file;
    private long _length;
    private int _count;

    /// <summary>Index of the next event.</summary>
    public ulong Next { get; private set; } = next;

    /// <summary>Adds the event of index <see cref="Next"/>. It is durable after <see cref="Flush"/>.</summary>
    /// <exception cref="IOException">Disk says no; what was flushed stays.</exception>
    public void Append(JournaledEvent e)
    {
        if (_file is null || _count == JournalFile.MaxEvents)
        {
            Begin();
        }

        JournalFrame.Write(_buffer, e);
        _count++;
        Next++;
        if (_buffer.WrittenCount >= WriteAt)
        {
            WriteBuffer();
        }
    }

    /// <summary>What was added is on disk when this returns.</summary>
    /// <exception cref="IOException">Disk says no; how much was written is unknown, and a reader finds out.</exception>
    public void Flush()
    {
        if (_file is null)
        {
            return;
        }

        WriteBuffer();

        // A crash up to here leaves a file that ends in the middle of a frame, or in garbage: readers stop there, and the next leader writes
        // these events into a file of its own, from the database that gave them their indexes.
        reached(LedgerStep.JournalWritten);
        RandomAccess.FlushToDisk(_file);
        reached(LedgerStep.JournalSynced);
    }

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private void Begin()
    {
        if (_file is not null)
        {
            Flush();
            _file.Dispose();
        }

        Directory.CreateDirectory(folder);
        _file = File.OpenHandle(Path.Combine(folder, JournalFile.NameOf(Next)), FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        (_length, _count) = (0, 0);
        _buffer.Write(JournalFile.HeaderOf(Next));

        // A crash from here on leaves an empty file, which says nothing.
        DirectorySync.Flush(folder);
        reached(LedgerStep.JournalBegun);
    }

    private void WriteBuffer()
    {
        RandomAccess.Write(_file!, _buffer.WrittenSpan, _length);
        _length += _buffer.WrittenCount;
        _buffer.ResetWrittenCount();
    }
}
