using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Offers;

/// <summary>
/// What is sold: everything a licence is decided by that the broadcaster may set. A member left out sets no bound, so the default is the open
/// offer, "everything, no limits". Of price and sale window nothing depends here but the grant.
/// </summary>
internal sealed record OfferTerms
{
    /// <summary>Everything, no limits: what an entitlement without an offer stands under.</summary>
    public static OfferTerms Open { get; } = new();

    /// <summary>What it costs; null for nothing, or for what the shop says.</summary>
    public OfferPrice? Price { get; init; }

    /// <summary>When it may be granted.</summary>
    public TimeWindow Sale { get; init; }

    /// <summary>When its keys are given.</summary>
    public TimeWindow Viewing { get; init; }

    /// <summary>From the grant to the latest first playback.</summary>
    public TimeSpan? Rental { get; init; }

    /// <summary>From the first playback to the last key.</summary>
    public TimeSpan? PlaybackDuration { get; init; }

    /// <summary>Keys of what is live, while it is live.</summary>
    public bool Live { get; init; } = true;

    /// <summary>Keys of earlier periods, while it is live.</summary>
    public bool Dvr { get; init; } = true;

    /// <summary>Keys after the end.</summary>
    public bool Vod { get; init; } = true;

    /// <summary>The highest class of tracks.</summary>
    public TrackClass MaxTier { get; init; } = TrackClass.Uhd;

    /// <summary>Where from.</summary>
    public RegionRule Regions { get; init; } = RegionRule.Anywhere;

    /// <summary>Playbacks open at once.</summary>
    public int? MaxPlaybacks { get; init; }

    /// <summary>Who yields when there would be more.</summary>
    public ConcurrencyMode Concurrency { get; init; }

    /// <summary>How long a dropped playback still gets keys.</summary>
    public TimeSpan DropGrace { get; init; }

    /// <summary>Devices an entitlement is ever played on.</summary>
    public int? MaxDevices { get; init; }

    /// <summary>Whether viewers must, may or must not pass the media on to one another.</summary>
    public PeerSharing PeerSharing { get; init; }

    /// <summary>Every request must be a new one, and say so by a number.</summary>
    public bool ReplayProtection { get; init; }

    /// <summary>True if a playback can only be opened by who knows the entitlement's other playbacks: such are opened on the entitlement's stream.</summary>
    public bool NeedsHistory => Rental is not null || PlaybackDuration is not null || MaxPlaybacks is not null || MaxDevices is not null || ReplayProtection;
}

/// <summary>A price in the currency's smallest unit.</summary>
/// <param name="Currency">Three capitals, ISO 4217.</param>
/// <param name="Amount">In cents, or whatever its smallest unit is.</param>
internal readonly record struct OfferPrice(string Currency, long Amount);

/// <summary>From a moment on, and until just before another.</summary>
/// <param name="From">Null: from ever.</param>
/// <param name="Until">Null: for ever.</param>
internal readonly record struct TimeWindow(DateTimeOffset? From, DateTimeOffset? Until)
{
    /// <summary>True before it opens.</summary>
    public bool IsAhead(DateTimeOffset now) => now < From;

    /// <summary>True once it is over.</summary>
    public bool IsOver(DateTimeOffset now) => now >= Until;
}

/// <summary>Who yields when there would be more playbacks than the offer allows.</summary>
internal enum ConcurrencyMode
{
    /// <summary>The new one.</summary>
    RefuseNew,

    /// <summary>The oldest.</summary>
    DropOldest,
}

/// <summary>Whether viewers pass the media on to one another.</summary>
internal enum PeerSharing
{
    /// <summary>As they like.</summary>
    Optional,

    /// <summary>They must.</summary>
    Required,

    /// <summary>They must not.</summary>
    Forbidden,
}

/// <summary>What the outside calls it.</summary>
internal static class PeerSharingNames
{
    public static string Name(this PeerSharing sharing) => sharing switch { PeerSharing.Required => "required", PeerSharing.Forbidden => "forbidden", _ => "optional" };

    /// <summary>What holds of it in a broadcast: in a private one nobody passes anything on, so nobody can be asked to. So too while nothing is known of the broadcast.</summary>
    public static PeerSharing In(this PeerSharing sharing, BroadcastPeers? peers) => peers == BroadcastPeers.Viewers ? sharing : PeerSharing.Forbidden;
}
