namespace LiveLedger.Media.Manifests;

/// <summary>What all tracks of a broadcast share in time.</summary>
public sealed record BroadcastTimeline
{
    /// <summary>The wall-clock time of decode time 0 as delivered.</summary>
    public required DateTimeOffset AvailabilityStart { get; init; }

    /// <summary>True when no segment will follow; then the tracks' windows hold the whole broadcast.</summary>
    public required bool Ended { get; init; }

    /// <summary>How far back a live window reaches.</summary>
    public required TimeSpan Window { get; init; }

    /// <summary>Where each epoch begins; in order, each epoch of a listed segment among them.</summary>
    public required IReadOnlyList<EpochStart> Epochs { get; init; }
}

/// <summary>Where an epoch begins on the delivered timeline.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="OffsetSeconds">Its first whole second on that timeline, one number for all tracks.</param>
/// <param name="FirstPeriod">The key period it begins in.</param>
public readonly record struct EpochStart(uint Epoch, ulong OffsetSeconds, ulong FirstPeriod);
