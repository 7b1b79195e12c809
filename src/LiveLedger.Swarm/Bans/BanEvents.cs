using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Bans;

/// <summary>A peer has no place in a broadcast's swarm any more, whichever keys and admissions it shows.</summary>
/// <param name="Broadcast">Where.</param>
/// <param name="Peer">The pseudonym: that of an entitlement or grant.</param>
/// <param name="Reason">Why, in the words of whoever banned it.</param>
internal sealed record PeerBanned(string Broadcast, string Peer, string Reason);

/// <summary>It has one again.</summary>
internal sealed record PeerUnbanned(string Broadcast, string Peer);

/// <summary>The stream <c>ban/{broadcast}/{pseudonym}</c>: banned, unbanned.</summary>
internal static partial class BanEvents
{
    public const string Prefix = "ban/";
    public const string BannedType = "peer-banned";
    public const string UnbannedType = "peer-unbanned";

    private const int Schema = 1;

    public static StreamName StreamOf(BroadcastId broadcast, PeerPseudonym peer) => new($"{Prefix}{broadcast}/{peer}");

    public static NewEvent Banned(TimeProvider time, BroadcastId broadcast, PeerPseudonym peer, string reason, string actor) => new(
        Guid.CreateVersion7(time.GetUtcNow()), BannedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString(), peer.ToString(), reason), BanJson.Default.PeerBanned), actor);

    public static NewEvent Unbanned(TimeProvider time, BroadcastId broadcast, PeerPseudonym peer, string actor) => new(
        Guid.CreateVersion7(time.GetUtcNow()), UnbannedType, Schema, JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString(), peer.ToString()), BanJson.Default.PeerUnbanned), actor);

    public static bool TryReadStream(StreamName stream, out BroadcastId broadcast, out PeerPseudonym peer)
    {
        (broadcast, peer) = (default, default);
        return stream.Value.Split('/') is ["ban", var where, var who] && BroadcastId.TryParse(where, out broadcast) && PeerPseudonym.TryParse(who, out peer);
    }

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static PeerBanned ReadBanned(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, BanJson.Default.PeerBanned) ?? throw new InvalidDataException($"empty payload of '{BannedType}'");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(PeerBanned))]
    [JsonSerializable(typeof(PeerUnbanned))]
    private sealed partial class BanJson : JsonSerializerContext;
}
