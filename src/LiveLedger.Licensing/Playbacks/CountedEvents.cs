using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>A playback was opened by a first licence, under terms that count.</summary>
/// <param name="Broadcast">The broadcast.</param>
/// <param name="Viewer">Who watches.</param>
/// <param name="Playback">The playback.</param>
/// <param name="Session">What tells it from others of the entitlement; says nothing of token or player.</param>
/// <param name="Device">Likewise of the device.</param>
/// <param name="Nonce">Number of the request, if it had one.</param>
/// <param name="Kids">The keys given.</param>
/// <param name="LeaseUntil">Until when it counts without a sign of life.</param>
/// <param name="Until">When the terms end it.</param>
/// <param name="At">When.</param>
internal sealed record PlaybackOpened(string Broadcast, string Viewer, string Playback, string Session, string? Device, long? Nonce,
    IReadOnlyList<string> Kids, DateTimeOffset LeaseUntil, DateTimeOffset? Until, DateTimeOffset At);

/// <summary>It is still there.</summary>
internal sealed record PlaybackRenewed(string Broadcast, string Playback, DateTimeOffset LeaseUntil, long? Nonce);

/// <summary>It was closed by its player.</summary>
internal sealed record PlaybackClosed(string Broadcast, string Playback, DateTimeOffset At, long? Nonce = null);

/// <summary>It yielded to another.</summary>
internal sealed record PlaybackDropped(string Broadcast, string Playback, string By, DateTimeOffset At);

/// <summary>Playbacks that count against each other, in the stream of their entitlement, so that whoever opens one has seen all the others.</summary>
internal static partial class CountedEvents
{
    public const string OpenedType = "playback-opened";
    public const string RenewedType = "playback-renewed";
    public const string ClosedType = "playback-closed";
    public const string DroppedType = "playback-dropped";

    private const int Schema = 1;
    private const string Actor = "system";

    /// <summary>True for the events here, which leave the entitlement's own rows as they are.</summary>
    public static bool Is(string type) => type is OpenedType or RenewedType or ClosedType or DroppedType;

    public static NewEvent Opened(Playback playback, string session, string? device, long? nonce, LicenceDecision decision, DateTimeOffset leaseUntil) => Event(
        OpenedType, playback.OpenedAt,
        JsonSerializer.SerializeToUtf8Bytes(
            new(playback.Broadcast.ToString(), playback.Viewer.ToString(), playback.Id.ToString(), session, device, nonce,
                [.. decision.Given.Select(static key => key.Id.ToString())], leaseUntil, decision.Until, playback.OpenedAt),
            CountedJson.Default.PlaybackOpened));

    public static NewEvent Renewed(Playback playback, DateTimeOffset leaseUntil, DateTimeOffset at) => Event(
        RenewedType, at,
        JsonSerializer.SerializeToUtf8Bytes(
            new(playback.Broadcast.ToString(), playback.Id.ToString(), leaseUntil, Highest(playback)), CountedJson.Default.PlaybackRenewed));

    public static NewEvent Closed(Playback playback, DateTimeOffset at) => Event(
        ClosedType, at, JsonSerializer.SerializeToUtf8Bytes(new(playback.Broadcast.ToString(), playback.Id.ToString(), at, Highest(playback)), CountedJson.Default.PlaybackClosed));

    public static NewEvent Dropped(Playback by, string playback, DateTimeOffset at) => Event(
        DroppedType, at, JsonSerializer.SerializeToUtf8Bytes(new(by.Broadcast.ToString(), playback, by.Id.ToString(), at), CountedJson.Default.PlaybackDropped));

    public static PlaybackOpened ReadOpened(StoredEvent e) => JsonSerializer.Deserialize(e.PayloadJson.Span, CountedJson.Default.PlaybackOpened) ?? throw Empty(e);

    public static PlaybackRenewed ReadRenewed(StoredEvent e) => JsonSerializer.Deserialize(e.PayloadJson.Span, CountedJson.Default.PlaybackRenewed) ?? throw Empty(e);

    public static PlaybackClosed ReadClosed(StoredEvent e) => JsonSerializer.Deserialize(e.PayloadJson.Span, CountedJson.Default.PlaybackClosed) ?? throw Empty(e);

    public static PlaybackDropped ReadDropped(StoredEvent e) => JsonSerializer.Deserialize(e.PayloadJson.Span, CountedJson.Default.PlaybackDropped) ?? throw Empty(e);

    private static long? Highest(Playback playback) => playback.Nonces.Highest is >= 0 and var nonce ? nonce : null;

    private static NewEvent Event(string type, DateTimeOffset at, byte[] payload) => new(Guid.CreateVersion7(at), type, Schema, payload, Actor);

    private static InvalidDataException Empty(StoredEvent e) => new($"empty payload of '{e.Type}'");

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
    [JsonSerializable(typeof(PlaybackOpened))]
    [JsonSerializable(typeof(PlaybackRenewed))]
    [JsonSerializable(typeof(PlaybackClosed))]
    [JsonSerializable(typeof(PlaybackDropped))]
    private sealed partial class CountedJson : JsonSerializerContext;
}
