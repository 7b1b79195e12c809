using System.Text.Json.Serialization;

namespace LiveLedger.Broadcasting.Logging;

/// <summary>A segment was encrypted, signed and made durable. Logged in the stream <c>segments/{broadcast}/{track}</c> at the version that is its sequence.</summary>
/// <param name="Broadcast">Text form of the id.</param>
/// <param name="Track">Name of the track.</param>
/// <param name="Epoch">Run of the publisher.</param>
/// <param name="Sequence">Position in the track.</param>
/// <param name="ByteLength">Of the delivered segment.</param>
/// <param name="RecordHash">SHA-256 of the COSE record, hexadecimal.</param>
/// <param name="Record">The COSE_Sign1 segment record itself, base64url: what an auditor checks without us.</param>
internal sealed record SegmentSealed(
    string Broadcast, string Track, uint Epoch, uint Sequence, int ByteLength, string RecordHash, string Record)
{
    public const string Type = "segment-sealed";
    public const int Schema = 1;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(SegmentSealed))]
internal sealed partial class SegmentJson : JsonSerializerContext;
