using LiveLedger.Peering.Admissions;

namespace LiveLedger.Peering.Staying;

/// <summary>What a tracker knows of a viewer, and of its room, at a moment of its stay. Trackers predict by it, and write it down to learn from: what is learned from is what is known.</summary>
public readonly record struct StayFacts
{
    /// <summary>When, in Unix milliseconds.</summary>
    public required long At { get; init; }

    /// <summary>When it joined, in Unix milliseconds.</summary>
    public required long JoinedAt { get; init; }

    /// <summary>Its links that are up.</summary>
    public required int Links { get; init; }

    /// <summary>Mean round trip over those that are measured, in milliseconds; null if none is.</summary>
    public required double? Rtt { get; init; }

    /// <summary>Whether it sends to others at the moment, as it says: a hidden or busy page does not.</summary>
    public required bool IsSharing { get; init; }

    /// <summary>Whether its address is in the operator's table of regions.</summary>
    public required bool HasRegion { get; init; }

    /// <summary>Earlier stays of its pseudonym in this room.</summary>
    public required int Visits { get; init; }

    /// <summary>Times that its playback stood still since it joined, as it says.</summary>
    public required long Stalls { get; init; }

    /// <summary>Bytes it sent since it joined, as it says.</summary>
    public required long Sent { get; init; }

    /// <summary>Viewers in the room.</summary>
    public required int Viewers { get; init; }

    /// <summary>By which part their number has changed within a minute, -1 to 1.</summary>
    public required double Slope { get; init; }

    /// <summary>What the broadcast does.</summary>
    public required StreamPhase Phase { get; init; }

    /// <summary>Seconds since it joined.</summary>
    public double Age => Math.Max(0, At - JoinedAt) / 1000.0;
}

/// <summary>What a broadcast does, as its tracker sees it.</summary>
public enum StreamPhase
{
    /// <summary>Its first five minutes.</summary>
    Opening,

    /// <summary>Later.</summary>
    Running,

    /// <summary>No segment for 15 seconds: not begun, interrupted, or at its end.</summary>
    Still,
}

/// <summary>A minute of a stay: what was known when it began, and how it went.</summary>
/// <param name="Peer">Whose; a stay is named by this and when it began.</param>
/// <param name="Role">As what.</param>
/// <param name="Facts">At the beginning.</param>
/// <param name="Seconds">How long it was seen from there on, at most <see cref="Length"/>.</param>
/// <param name="HasLeft">Whether it left then, of itself. If not, and it was seen for less than a minute, nobody knows how it went on: it is censored.</param>
/// <param name="SentThen">Bytes it sent in that time, as it says.</param>
/// <param name="ReceivedThen">Bytes it received in that time, as it says.</param>
public readonly record struct Look(PeerPseudonym Peer, PeerRole Role, StayFacts Facts, double Seconds, bool HasLeft, long SentThen, long ReceivedThen)
{
    /// <summary>Seconds of a whole one.</summary>
    public const int Length = 60;
}
