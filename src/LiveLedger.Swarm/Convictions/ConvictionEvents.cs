using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;

namespace LiveLedger.Swarm.Convictions;

/// <summary>A peer is convicted by its own signature. From here on its entitlement or grant has no place in the swarm.</summary>
/// <param name="Broadcast">Where.</param>
/// <param name="Peer">The pseudonym.</param>
/// <param name="Key">The key that signed, as base64url.</param>
/// <param name="Role">viewer, relay or seed.</param>
/// <param name="Grant">A relay's grant (32 hexadecimal characters): it is convicted wherever it carries anything. Null for viewers.</param>
/// <param name="Track">Of which segment: the track.</param>
/// <param name="Epoch">The epoch.</param>
/// <param name="Sequence">The sequence.</param>
/// <param name="Chunk">Which chunk it lied about.</param>
/// <param name="Proof">The proof as base64url (docs/formats/fraud-proof.md): whoever reads the log can check it.</param>
internal sealed record PeerConvicted(string Broadcast, string Peer, string Key, string Role, string? Grant, string Track, uint Epoch, uint Sequence, int Chunk, string Proof);

/// <summary>An operator lets a convicted peer in again. What was proved stays in the log.</summary>
/// <param name="Broadcast">Where.</param>
/// <param name="Peer">The pseudonym.</param>
/// <param name="Reason">Why, in the operator's words.</param>
internal sealed record PeerPardoned(string Broadcast, string Peer, string Reason);

/// <summary>A publisher signed two records of one slot.</summary>
/// <param name="Broadcast">Where.</param>
/// <param name="Identity">Whose broadcast it is.</param>
/// <param name="Track">The slot: track.</param>
/// <param name="Epoch">Epoch.</param>
/// <param name="Sequence">Sequence.</param>
/// <param name="Proof">The proof as base64url.</param>
internal sealed record PublisherEquivocated(string Broadcast, string Identity, string Track, uint Epoch, uint Sequence, string Proof);

/// <summary>
/// The streams <c>conviction/{broadcast}/{pseudonym}</c> (convicted, once for each key, and pardoned) and <c>conviction/{broadcast}/{track}/{epoch}/{sequence}</c> (equivocated, once).
/// </summary>
internal static partial class ConvictionEvents
{
    public const string Prefix = "conviction/";
    public const string ConvictedType = "peer-convicted";
    public const string PardonedType = "peer-pardoned";
    public const string EquivocatedType = "publisher-equivocated";

    private const int Schema = 1;
    private const string Actor = "system";

    public static StreamName StreamOf(BroadcastId broadcast, PeerPseudonym peer) => new($"{Prefix}{broadcast}/{peer}");

    public static StreamName StreamOf(PublisherEquivocation proved) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{proved.Broadcast}/{proved.Slot.Track}/{proved.Slot.Epoch}/{proved.Slot.Sequence}"));

    public static NewEvent Convicted(TimeProvider time, PeerConviction proved, Guid? grant, FraudProof proof) => new(
        Guid.CreateVersion7(time.GetUtcNow()), ConvictedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(
            new(proved.Broadcast.ToString(), proved.Peer.ToString(), StrictBase64Url.Encode(proved.Key.Value.ToArray()), proved.Role.ToString().ToLowerInvariant(), grant?.ToString("N"),
                proved.Slot.Track.ToString(), proved.Slot.Epoch!.Value, proved.Slot.Sequence, proved.Chunk, StrictBase64Url.Encode(proof.ToBytes())),
            ConvictionJson.Default.PeerConvicted),
        Actor);

    public static NewEvent Pardoned(TimeProvider time, BroadcastId broadcast, PeerPseudonym peer, string reason, string actor) => new(
        Guid.CreateVersion7(time.GetUtcNow()), PardonedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString(), peer.ToString(), reason), ConvictionJson.Default.PeerPardoned), actor);

    public static NewEvent Equivocated(TimeProvider time, PublisherEquivocation proved, FraudProof proof) => new(
        Guid.CreateVersion7(time.GetUtcNow()), EquivocatedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(
            new(proved.Broadcast.ToString(), StrictBase64Url.Encode(proved.Identity.Value.ToArray()), proved.Slot.Track.ToString(), proved.Slot.Epoch!.Value, proved.Slot.Sequence,
                StrictBase64Url.Encode(proof.ToBytes())),
            ConvictionJson.Default.PublisherEquivocated),
        Actor);

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static PeerConvicted ReadConvicted(StoredEvent stored) => JsonSerializer.Deserialize(stored.PayloadJson.Span, ConvictionJson.Default.PeerConvicted) ?? throw Empty(stored);

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static PeerPardoned ReadPardoned(StoredEvent stored) => JsonSerializer.Deserialize(stored.PayloadJson.Span, ConvictionJson.Default.PeerPardoned) ?? throw Empty(stored);

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static PublisherEquivocated ReadEquivocated(StoredEvent stored) => JsonSerializer.Deserialize(stored.PayloadJson.Span, ConvictionJson.Default.PublisherEquivocated) ?? throw Empty(stored);

    private static InvalidDataException Empty(StoredEvent stored) => new($"empty payload of '{stored.Type}'");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(PeerConvicted))]
    [JsonSerializable(typeof(PeerPardoned))]
    [JsonSerializable(typeof(PublisherEquivocated))]
    private sealed partial class ConvictionJson : JsonSerializerContext;
}
