using System.Text.Json;
using System.Text.Json.Serialization;

namespace LiveLedger.Licensing.Offers;

/// <summary>An offer in requests, answers and events. What is left out sets no bound.</summary>
/// <param name="Name">What the shop calls it, at most 200 characters. It stands in the log: no personal value.</param>
/// <param name="Price">What it costs.</param>
/// <param name="Sale">When it may be granted.</param>
/// <param name="Viewing">When its keys are given.</param>
/// <param name="RentalSeconds">From the grant to the latest first playback.</param>
/// <param name="PlaybackSeconds">From the first playback to the last key.</param>
/// <param name="Live">Keys of what is live; true if left out.</param>
/// <param name="Dvr">Keys of earlier periods while it is live; true if left out.</param>
/// <param name="Vod">Keys after the end; true if left out.</param>
/// <param name="MaxTier"><c>AUDIO</c>, <c>SD</c>, <c>HD</c> or <c>UHD</c>.</param>
/// <param name="Regions">Where from.</param>
/// <param name="Playbacks">How many at once.</param>
/// <param name="Devices">On how many devices ever.</param>
/// <param name="PeerSharing"><c>optional</c>, <c>required</c> or <c>forbidden</c>.</param>
/// <param name="ReplayProtection">Whether each request must carry a new number.</param>
internal sealed record OfferBody(
    string? Name = null, OfferPriceBody? Price = null, WindowBody? Sale = null, WindowBody? Viewing = null, long? RentalSeconds = null, long? PlaybackSeconds = null,
    bool? Live = null, bool? Dvr = null, bool? Vod = null, string? MaxTier = null, RegionsBody? Regions = null, PlaybacksBody? Playbacks = null, int? Devices = null,
    string? PeerSharing = null, bool? ReplayProtection = null);

/// <summary>A price.</summary>
/// <param name="Currency">Three capitals, ISO 4217.</param>
/// <param name="Amount">In the currency's smallest unit.</param>
internal sealed record OfferPriceBody(string? Currency, long? Amount);

/// <summary>From a moment on, until just before another.</summary>
internal sealed record WindowBody(DateTimeOffset? From = null, DateTimeOffset? Until = null);

/// <summary>One of the two.</summary>
/// <param name="Allowed">Only these.</param>
/// <param name="Blocked">All but these.</param>
internal sealed record RegionsBody(IReadOnlyList<string>? Allowed = null, IReadOnlyList<string>? Blocked = null);

/// <summary>Playbacks at once.</summary>
/// <param name="Max">At most so many.</param>
/// <param name="Mode"><c>refuse-new</c> or <c>drop-oldest</c>.</param>
/// <param name="GraceSeconds">How long a dropped one still gets keys.</param>
internal sealed record PlaybacksBody(int? Max, string? Mode = null, long? GraceSeconds = null);

/// <summary>The same bytes for the same offer.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OfferBody))]
[JsonSerializable(typeof(OfferStated))]
[JsonSerializable(typeof(OfferWithdrawn))]
internal sealed partial class OfferJson : JsonSerializerContext;
