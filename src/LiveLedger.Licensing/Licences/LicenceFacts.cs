using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Licences;

/// <summary>The viewer's standing towards the broadcast.</summary>
internal enum Standing
{
    /// <summary>Never entitled.</summary>
    None,

    /// <summary>Entitled.</summary>
    Entitled,

    /// <summary>Entitled, but not for now.</summary>
    Suspended,

    /// <summary>Entitled once, and no more.</summary>
    Revoked,

    /// <summary>As revoked, with the money given back.</summary>
    Refunded,

    /// <summary>Entitled once; somebody else is now.</summary>
    Transferred,
}

/// <summary>What a request says of its being a new one.</summary>
internal enum Freshness
{
    /// <summary>Nothing, like a stock player's.</summary>
    Unsaid,

    /// <summary>Its number was not seen in this playback.</summary>
    Fresh,

    /// <summary>Its number was.</summary>
    Seen,
}

/// <summary>A key that was asked for.</summary>
/// <param name="Id">Its public id.</param>
/// <param name="Use">What it stands for; null if it is none of the broadcast's keys.</param>
/// <param name="From">From when on it may be given, if a packager of somebody else's encrypts with it: its periods are not on our timeline.</param>
internal readonly record struct AskedKey(KeyId Id, KeyUse? Use, DateTimeOffset? From = null);

/// <summary>A playback of an entitlement that is open.</summary>
/// <param name="Id">Its name.</param>
/// <param name="OpenedAt">Since when.</param>
internal readonly record struct OtherPlayback(string Id, DateTimeOffset OpenedAt);

/// <summary>Everything a decision is made from beside the offer's terms.</summary>
internal sealed record LicenceFacts
{
    /// <summary>The time.</summary>
    public required DateTimeOffset Now { get; init; }

    /// <summary>Where the broadcast is in its life; null if it is none of this server's.</summary>
    public required BroadcastPhase? Phase { get; init; }

    /// <summary>How long its keys are in use.</summary>
    public KeyPeriodLength KeyPeriod { get; init; }

    /// <summary>How far it has come; null before its first segment.</summary>
    public MediaEdge? Edge { get; init; }

    /// <summary>The viewer's.</summary>
    public required Standing Standing { get; init; }

    /// <summary>When the entitlement was granted.</summary>
    public DateTimeOffset GrantedAt { get; init; }

    /// <summary>When it was first played.</summary>
    public DateTimeOffset? FirstPlayedAt { get; init; }

    /// <summary>Where the request comes from; null if nobody can say.</summary>
    public string? Region { get; init; }

    /// <summary>True if the request belongs to a playback that is open.</summary>
    public bool IsOpen { get; init; }

    /// <summary>When that playback was dropped for another; null if it was not.</summary>
    public DateTimeOffset? DroppedAt { get; init; }

    /// <summary>The entitlement's other open playbacks, dropped ones not among them.</summary>
    public IReadOnlyList<OtherPlayback> Others { get; init; } = [];

    /// <summary>The device the request names.</summary>
    public string? Device { get; init; }

    /// <summary>The devices the entitlement was ever played on.</summary>
    public IReadOnlyCollection<string> Devices { get; init; } = [];

    /// <summary>Whether the request is a new one.</summary>
    public Freshness Freshness { get; init; }

    /// <summary>This playback's place in the time over which a period's keys are released, 0 to below 1.</summary>
    public double Jitter { get; init; }

    /// <summary>The keys asked for.</summary>
    public required IReadOnlyList<AskedKey> Asked { get; init; }
}

/// <summary>Yes or no, and why.</summary>
/// <param name="Reason">Why.</param>
internal sealed record LicenceDecision(LicenceReason Reason)
{
    /// <summary>True if keys are given.</summary>
    public bool IsGranted => Reason == LicenceReason.Granted;

    /// <summary>Those of the keys asked for that are given: none unless granted, else at least one.</summary>
    public IReadOnlyList<AskedKey> Given { get; init; } = [];

    /// <summary>When the terms end it, if they do.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>When asking again makes sense, if anybody can say.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The playbacks that end for this one.</summary>
    public IReadOnlyList<OtherPlayback> Drops { get; init; } = [];
}
