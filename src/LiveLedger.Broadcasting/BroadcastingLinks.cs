using LiveLedger.Media;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Protection.Signalling;

namespace LiveLedger.Broadcasting;

/// <summary>What this stage needs of others, tied together by the server: stages do not know one another.</summary>
public sealed record BroadcastingLinks
{
    /// <summary>Makes a new broadcast's master key, durable before it returns.</summary>
    public required Func<BroadcastId, ProtectionScheme, KeyPeriodLength, Task> CreateContentKeys { get; init; }

    /// <summary>The content key of a track class in a crypto period. The caller disposes it.</summary>
    public required Func<BroadcastId, TrackClass, ulong, ContentKey> ContentKeyFor { get; init; }

    /// <summary>The public id of that key, without making the key.</summary>
    public required Func<BroadcastId, TrackClass, ulong, KeyId> ContentKeyIdFor { get; init; }

    /// <summary>Told of each segment as soon as it is served: broadcast, track, epoch, sequence and length in bytes. Returns at once and does not throw.</summary>
    public required Action<BroadcastId, TrackName, uint, uint, int> SegmentSealed { get; init; }

    /// <summary>Number of open playbacks.</summary>
    public required Func<BroadcastId, int> ViewerCount { get; init; }
}

/// <summary>Settings of this stage.</summary>
public sealed record BroadcastingOptions
{
    /// <summary>Folder of all recordings, one below it for each broadcast.</summary>
    public required string RecordingsFolder { get; init; }

    /// <summary>Folder of wrapped session keys (0700).</summary>
    public required string KeysFolder { get; init; }

    /// <summary>How far back live manifests reach.</summary>
    public TimeSpan LiveWindow { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>DRMs that manifests name beside ClearKey.</summary>
    public IReadOnlyList<DrmSystem> Systems { get; init; } = [];

    /// <summary>The address the outside reaches us by, without a trailing slash; null to answer with the one a request came by.</summary>
    public string? PublicUrl { get; init; }
}
