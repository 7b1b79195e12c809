using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>Keys were given. Renewal 0 is the playback's first licence.</summary>
internal sealed record LicenceGranted(string Broadcast, string Viewer, string Entitlement, IReadOnlyList<string> Kids, int Renewal, DateTimeOffset At);

/// <summary>Keys were asked for and not given; without keys: a playback was told that it is over.</summary>
internal sealed record LicenceRefused(string Broadcast, string Viewer, IReadOnlyList<string> Kids, string Reason, DateTimeOffset At);

/// <summary>The stream <c>playback/{id}</c>: what was decided for one token at play. Key ids, never keys.</summary>
internal static partial class PlaybackEvents
{
    public const string GrantedType = "licence-granted";
    public const string RefusedType = "licence-refused";

    private const int Schema = 1;
    private const string Actor = "system";

    public static StreamName StreamOf(PlaybackId id) => new($"playback/{id}");

    public static NewEvent Granted(Playback playback, IReadOnlyList<AskedKey> given, int renewal, DateTimeOffset at) => new(
        Guid.CreateVersion7(at), GrantedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(
            new(playback.Broadcast.ToString(), playback.Viewer.ToString(), playback.Entitlement.ToString(), Texts([.. given.Select(static key => key.Id)]), renewal, at), PlaybackJson.Default.LicenceGranted),
        Actor);

    public static NewEvent Refused(BroadcastId broadcast, ViewerPseudonym viewer, IReadOnlyList<KeyId> kids, LicenceReason reason, DateTimeOffset at) => new(
        Guid.CreateVersion7(at), RefusedType, Schema,
        JsonSerializer.SerializeToUtf8Bytes(new(broadcast.ToString(), viewer.ToString(), Texts(kids), reason.Code(), at), PlaybackJson.Default.LicenceRefused),
        Actor);

    /// <exception cref="InvalidDataException">The stored payload is not what its type says.</exception>
    public static LicenceGranted ReadGranted(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, PlaybackJson.Default.LicenceGranted) ?? throw new InvalidDataException($"empty payload of '{GrantedType}'");

    /// <inheritdoc cref="ReadGranted"/>
    public static LicenceRefused ReadRefused(ReadOnlySpan<byte> payload) =>
        JsonSerializer.Deserialize(payload, PlaybackJson.Default.LicenceRefused) ?? throw new InvalidDataException($"empty payload of '{RefusedType}'");

    private static List<string> Texts(IReadOnlyList<KeyId> kids) => [.. kids.Select(static k => k.ToString())];

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(LicenceGranted))]
    [JsonSerializable(typeof(LicenceRefused))]
    private sealed partial class PlaybackJson : JsonSerializerContext;
}
