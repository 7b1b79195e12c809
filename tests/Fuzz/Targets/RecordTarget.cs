using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Cose;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;

namespace LiveLedger.Fuzz.Targets;

/// <summary>A <c>.record</c> file: what is read is what would be written, and its leaf list has the length its record says.</summary>
internal static class RecordTarget
{
    public static FuzzTarget Create() => new("record", Samples.Records, static input =>
    {
        if (!SignedRecord.TryParse(input, out var record))
        {
            return;
        }

        if (!input.SequenceEqual(record.Bytes.Span)
            || record.Leaves.Length != ChunkTree.CountFor(record.Record.ByteLength) * Bytes32.Length)
        {
            throw new FuzzException("the record is not what was read");
        }

        if (!CoseSign1.TryReadFirst(input, out var message) || !SegmentRecordCodec.Encode(record.Record).AsSpan().SequenceEqual(message.Payload.Span))
        {
            throw new FuzzException("a record has two payloads");
        }
    });
}
