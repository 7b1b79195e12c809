namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>A publisher as a request shows it.</summary>
/// <param name="Connection">The connection's id.</param>
/// <param name="Agent">Remote address and User-Agent.</param>
/// <param name="KeepsAlive">The connection serves more than this request, so its end is the publisher's.</param>
internal readonly record struct Publisher(string Connection, string Agent, bool KeepsAlive);

/// <summary>
/// Who publishes a track. One at a time: while the holder is there, another may neither change the init segment nor begin
/// anew. When its connection ends, the next may take over at once; a holder that opens a connection for each request, or
/// falls silent, keeps the track for <see cref="Lease"/>.
/// </summary>
/// <remarks>A publisher whose client keeps a pool of connections shows as several; those go on in order, and are let in.</remarks>
internal sealed class TrackHolder(TimeProvider time)
{
    /// <summary>How long a silent holder keeps its track.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Publisher? _holder;

    // Not of the wall clock: set back by a day it would let a silent holder keep its track for a day.
    private long _seenAt;

    /// <summary>True if someone else is there.</summary>
    public bool IsOther(in Publisher publisher)
    {
        lock (_lock)
        {
            return _holder is { } holder && holder.Connection != publisher.Connection && Remaining > TimeSpan.Zero;
        }
    }

    /// <summary>True if someone else is there who cannot be this publisher on another connection.</summary>
    public bool IsStranger(in Publisher publisher)
    {
        lock (_lock)
        {
            return IsOther(publisher) && _holder?.Agent != publisher.Agent;
        }
    }

    /// <summary>True if this very connection holds the track.</summary>
    public bool IsHeldBy(in Publisher publisher)
    {
        lock (_lock)
        {
            return _holder?.Connection == publisher.Connection;
        }
    }

    /// <summary>Until a silent holder's lease ends.</summary>
    public TimeSpan Remaining
    {
        get
        {
            lock (_lock)
            {
                return Lease - time.GetElapsedTime(_seenAt);
            }
        }
    }

    /// <summary>Something of this publisher's was taken: it holds the track.</summary>
    public void Renew(in Publisher publisher)
    {
        lock (_lock)
        {
            _holder = publisher;
            _seenAt = time.GetTimestamp();
        }
    }

    /// <summary>A connection has ended.</summary>
    public void Release(string connection)
    {
        lock (_lock)
        {
            if (_holder is { KeepsAlive: true } holder && holder.Connection == connection)
            {
                _holder = null;
            }
        }
    }
}
