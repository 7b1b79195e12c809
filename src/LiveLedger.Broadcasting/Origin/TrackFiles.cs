using System.Globalization;
using LiveLedger.Cryptography;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>A track's folder: init segments, segments and their records. The records are also the spool the ledger catches up from.</summary>
internal sealed class TrackFiles(string directory)
{
    /// <summary>Largest <c>.record</c>: the COSE item and 32 bytes for each of the most chunks a segment may have.</summary>
    private const int MaxRecordLength = 4096 + ChunkTree.MaxChunks * 32;

    private const string SegmentSuffix = ".m4s";
    private const string RecordSuffix = ".record";

    public string SegmentPath(uint sequence) => Path.Combine(directory, Name(sequence) + SegmentSuffix);

    public string RecordPath(uint sequence) => Path.Combine(directory, Name(sequence) + RecordSuffix);

    /// <summary>The init segment as delivered.</summary>
    public string InitPath(uint epoch, ulong cryptoPeriod) => Path.Combine(directory, cryptoPeriod == 0
        ? $"init-{Name(epoch)}.mp4"
        : string.Create(CultureInfo.InvariantCulture, $"init-{epoch}-{cryptoPeriod}.mp4"));

    /// <summary>The init segment as the publisher sent it: needed after a restart, for publishers do not send it again.</summary>
    public string SourceInitPath(uint epoch) => Path.Combine(directory, $"source-init-{Name(epoch)}.mp4");

    /// <summary>Keeps the init segment that begins an epoch, in both forms.</summary>
    public void SaveInit(uint epoch, ulong cryptoPeriod, ReadOnlySpan<byte> source, ReadOnlySpan<byte> delivered)
    {
        Directory.CreateDirectory(directory);
        DirectorySync.Flush(Path.GetDirectoryName(directory)!);
        // The source first: a delivered init whose source is missing could not be packaged for after a restart.
        DurableFile.Replace(SourceInitPath(epoch), source);
        DurableFile.Replace(InitPath(epoch, cryptoPeriod), delivered);
    }

    /// <summary>Keeps the delivered init segment of a further key period of an epoch.</summary>
    public void SaveInit(uint epoch, ulong cryptoPeriod, ReadOnlySpan<byte> delivered) => DurableFile.Replace(InitPath(epoch, cryptoPeriod), delivered);

    /// <summary>Makes a segment and its record durable, then visible. When it returns they may be served.</summary>
    public void Seal(SignedRecord record, ReadOnlySpan<byte> segment)
    {
        var segmentPath = SegmentPath(record.Record.Sequence);
        var recordPath = RecordPath(record.Record.Sequence);
        DurableFile.Stage(segmentPath, segment);
        // From here a signature for this slot exists on disk. A crash before the renames is completed by Recover: the same
        // signature is published, so the slot is never signed a second time.
        DurableFile.Stage(recordPath, record.Bytes.Span);
        DurableFile.Publish(segmentPath);
        DurableFile.Publish(recordPath);
        DirectorySync.Flush(directory);
    }

    /// <summary>Finishes or removes what an interrupted <see cref="Seal"/> left at <paramref name="next"/>, the first sequence without a record.</summary>
    /// <returns>True if a segment was completed.</returns>
    public bool Recover(uint next)
    {
        var segmentPath = SegmentPath(next);
        var recordPath = RecordPath(next);
        var stagedSegment = segmentPath + DurableFile.Unfinished;
        var stagedRecord = recordPath + DurableFile.Unfinished;
        var segment = File.Exists(segmentPath) ? segmentPath : stagedSegment;
        if (File.Exists(segment) && File.Exists(stagedRecord)
            && SignedRecord.TryParse(File.ReadAllBytes(stagedRecord), out var record)
            && SegmentVerification.CheckSegment(record, File.ReadAllBytes(segment)).IsOk)
        {
            if (segment == stagedSegment)
            {
                DurableFile.Publish(segmentPath);
            }

            DurableFile.Publish(recordPath);
            DirectorySync.Flush(directory);
            return true;
        }

        // A torn record: it was never whole on disk, so it was never served.
        File.Delete(stagedRecord);
        File.Delete(stagedSegment);
        File.Delete(segmentPath);
        return false;
    }

    /// <summary>After a restart: what was renamed may not be durable yet, and a record must have its segment before it is served.</summary>
    /// <exception cref="InvalidDataException">A record's segment is gone.</exception>
    public void Settle(uint count)
    {
        if (count == 0)
        {
            return;
        }

        var segmentPath = SegmentPath(count - 1);
        if (!File.Exists(segmentPath))
        {
            // A power loss may keep the second rename and not the first. The staged bytes were fsynced before either.
            if (!File.Exists(segmentPath + DurableFile.Unfinished))
            {
                throw new InvalidDataException($"{segmentPath} is gone, its record is not");
            }

            DurableFile.Publish(segmentPath);
        }

        DirectorySync.Flush(directory);
    }

    /// <summary>Reads a record; null if there is none with this sequence.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public SignedRecord? ReadRecord(uint sequence)
    {
        var path = RecordPath(sequence);
        if (!File.Exists(path))
        {
            return null;
        }

        return new FileInfo(path).Length <= MaxRecordLength && SignedRecord.TryParse(File.ReadAllBytes(path), out var record)
            ? record
            : throw new InvalidDataException($"{path} is damaged");
    }

    /// <summary>Epochs and key periods for which a delivered init segment is kept, in order.</summary>
    public IEnumerable<(uint Epoch, ulong CryptoPeriod)> Inits() => Directory.Exists(directory)
        ? Directory.EnumerateFiles(directory, "init-*.mp4")
            .Select(path => Path.GetFileNameWithoutExtension(path)["init-".Length..].Split('-'))
            .Select(parts => (uint.Parse(parts[0], CultureInfo.InvariantCulture), parts.Length > 1 ? ulong.Parse(parts[1], CultureInfo.InvariantCulture) : 0))
            .Order()
        : [];

    private static string Name(uint number) => number.ToString(CultureInfo.InvariantCulture);
}
