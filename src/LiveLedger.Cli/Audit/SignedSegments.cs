using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Cli.Audit;

/// <summary>Believes in a segment if the broadcaster signed its record, and once for each place of a track.</summary>
/// <param name="certificate">Leads from the records' key to the broadcaster's identity.</param>
internal sealed class SignedSegments(SignedCertificate certificate)
{
    private readonly Dictionary<TrackName, uint> _last = [];

    /// <summary>Checks an event against the record in it.</summary>
    /// <exception cref="VerifiedFalse">The broadcaster did not sign this segment.</exception>
    internal void Require(ShownEvent shown, ReputationInput.SegmentLogged said)
    {
        var result = SegmentVerification.CheckLoggedRecord(certificate, RecordOf(shown), out var record);
        if (!result.IsOk)
        {
            throw new VerifiedFalse($"event {shown.Index} tells of a segment, and its record does not hold: {result}");
        }

        var signed = new SegmentName(TrackTag.Of(said.Broadcast, record!.Track), record.Epoch, record.Sequence);
        if (signed != said.Segment || record.ByteLength != said.ByteLength)
        {
            throw new VerifiedFalse($"event {shown.Index} tells of {said.ByteLength} bytes, and its record is of segment {record.Sequence} of track {record.Track} in epoch {record.Epoch} with {record.ByteLength} bytes");
        }

        // A record that is logged again would be a segment that can be credited again.
        if ((_last.TryGetValue(record.Track, out var last) && last >= record.Sequence) || shown.Parsed.Stream != $"segments/{said.Broadcast}/{record.Track}")
        {
            throw new VerifiedFalse($"event {shown.Index} logs segment {record.Sequence} of track {record.Track} where it does not belong");
        }

        _last[record.Track] = record.Sequence;
    }

    private static byte[] RecordOf(ShownEvent shown)
    {
        using var said = JsonDocument.Parse(shown.Payload);
        return said.RootElement.TryGetProperty("record", out var text) && text.ValueKind == JsonValueKind.String && StrictBase64Url.TryDecode(text.GetString(), out var bytes) ? bytes : [];
    }
}
