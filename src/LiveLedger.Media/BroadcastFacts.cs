using LiveLedger.Media.Protection;

namespace LiveLedger.Media;

/// <summary>Where a broadcast is in its life, as far as its viewers are concerned.</summary>
public enum BroadcastPhase
{
    /// <summary>Not started.</summary>
    Created,

    /// <summary>Live.</summary>
    Live,

    /// <summary>Over; the recording is served.</summary>
    Ended,

    /// <summary>Withdrawn: nobody may watch any of it any more.</summary>
    TakenDown,
}

/// <summary>From whom a broadcast's viewers take it, beside the origin.</summary>
public enum BroadcastPeers
{
    /// <summary>From relays, and from one another where they and their tickets agree.</summary>
    Viewers,

    /// <summary>From relays alone: no viewer is told of another, whatever they ask and were sold.</summary>
    Relays,
}

/// <summary>How far a broadcast has come: the farthest end of any segment, and when that segment was sealed.</summary>
/// <param name="EndSeconds">On the broadcast's timeline.</param>
/// <param name="At">By the wall clock.</param>
public readonly record struct MediaEdge(double EndSeconds, DateTimeOffset At);

/// <summary>What one stage is told of another's broadcast.</summary>
/// <param name="Owner">Account of its broadcaster.</param>
/// <param name="Phase">Where it is in its life.</param>
/// <param name="KeyPeriod">How long each content key is in use.</param>
/// <param name="Edge">How far it has come; null before the first segment.</param>
/// <param name="Peers">From whom its viewers take it. Final once it was started.</param>
public sealed record BroadcastFacts(string Owner, BroadcastPhase Phase, KeyPeriodLength KeyPeriod, MediaEdge? Edge, BroadcastPeers Peers);
