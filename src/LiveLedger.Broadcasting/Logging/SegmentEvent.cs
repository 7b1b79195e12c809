using System.Buffers.Text;
using System.Text.Json;
using LiveLedger.Ledger;
using LiveLedger.Media.Records;

namespace LiveLedger.Broadcasting.Logging;

/// <summary>Makes the ledger's event of a sealed segment.</summary>
internal static class SegmentEvent
{
    private const string Actor = "system";

    /// <summary>The event id is taken from the record's hash: the same segment is the same event, whoever appends it.</summary>
    public static NewEvent Of(SignedRecord signed)
    {
        var record = signed.Record;
        Span<byte> hash = stackalloc byte[32];
        signed.Hash.Value.CopyTo(hash);
        var payload = new SegmentSealed(
            record.Broadcast.ToString(), record.Track.Value, record.Epoch, record.Sequence, record.ByteLength,
            signed.Hash.ToString(), Base64Url.EncodeToString(signed.Cose.Span));
        return new(
            new Guid(hash[..16], bigEndian: true), SegmentSealed.Type, SegmentSealed.Schema,
            JsonSerializer.SerializeToUtf8Bytes(payload, SegmentJson.Default.SegmentSealed), Actor);
    }
}
