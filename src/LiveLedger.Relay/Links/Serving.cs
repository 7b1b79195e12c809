using LiveLedger.Peering.Messages;
using LiveLedger.Relay.Objects;

namespace LiveLedger.Relay.Links;

/// <summary>
/// A request that is being answered. It names what is sent and does not hold it: many slow readers of old segments would otherwise keep more of them in memory than the cache may.
/// </summary>
/// <param name="request">The request.</param>
/// <param name="name">What is sent.</param>
internal sealed class Serving(RequestId request, ObjectName name)
{
    public RequestId Request { get; } = request;

    public ObjectName Name { get; } = name;

    /// <summary>The segment as peers name it; null for anything else.</summary>
    public SegmentName? Segment { get; init; }

    /// <summary>Of a segment: the next chunk; else the next byte.</summary>
    public int Next { get; set; }

    /// <summary>Behind the last.</summary>
    public int End { get; set; }

    /// <summary>Nobody waits for the rest.</summary>
    public bool IsCancelled { get; set; }
}
