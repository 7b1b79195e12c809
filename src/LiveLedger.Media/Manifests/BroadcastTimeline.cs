using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Manifests;

/// <summary>What all tracks of a broadcast share in time.</summary>
public sealed record BroadcastTimeline
{
    /// <summary>The wall-clock time of decode time 0 as delivered.</summary>
    public required DateTimeOffset AvailabilityStart { get; init; }

    /// <summary>True when no segment will follow; then the tracks' windows hold the whole broadcast.</summary>
    public required bool Ended { get; init; }

    /// <summary>True if fragments name their keys: then a key period has no init segment and no DASH Period of its own.</summary>
    public bool KeysInBand { get; init; }

    /// <summary>How far back a live window reaches.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>Where each epoch begins; in order, each epoch of a listed segment among them.</summary>
    public required IReadOnlyList<EpochStart> Epochs { get; init; }

    /// <summary>The keys that come next; null if none do.</summary>
    public KeyAnnouncement? NextKeys { get; init; }
}

/// <summary>The ids of the keys of a period to come, so that a player can ask for the keys when they are due and need not wait for a segment.</summary>
/// <param name="CryptoPeriod">The period.</param>
/// <param name="StartSeconds">Where it begins on the delivered timeline.</param>
/// <param name="DurationSeconds">How long it is.</param>
/// <param name="KeyIds">The ids of all track classes' keys.</param>
public sealed record KeyAnnouncement(ulong CryptoPeriod, double StartSeconds, int DurationSeconds, IReadOnlyList<KeyId> KeyIds)
{
    /// <summary>What announcements are called in manifests.</summary>
    internal const string Scheme = "urn:liveledger:next-keys:2026";

    /// <summary>The key ids in hexadecimal, with commas between.</summary>
    internal string KeyIdList => string.Join(',', KeyIds);
}

/// <summary>Where an epoch begins on the delivered timeline.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="OffsetSeconds">Its first whole second on that timeline, one number for all tracks.</param>
/// <param name="FirstPeriod">The key period it begins in.</param>
public readonly record struct EpochStart(uint Epoch, ulong OffsetSeconds, ulong FirstPeriod);
