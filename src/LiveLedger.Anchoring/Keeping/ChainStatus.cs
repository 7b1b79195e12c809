using LiveLedger.Anchoring.Following;

namespace LiveLedger.Anchoring.Keeping;

/// <summary>What this process knows of how the chain is followed.</summary>
internal sealed class ChainStatus(TimeProvider time)
{
    private readonly Lock _lock = new();
    private FollowProgress? _progress;
    private DateTimeOffset? _at;
    private (string Code, string Detail, DateTimeOffset Since)? _problem;

    /// <summary>How far it is and when that was; null where this process has not followed yet.</summary>
    public (FollowProgress Progress, DateTimeOffset At)? Progress
    {
        get
        {
            lock (_lock)
            {
                return _progress is { } p && _at is { } at ? (p, at) : null;
            }
        }
    }

    /// <summary>What stands in the way, under a stable name; null for nothing.</summary>
    public (string Code, string Detail, DateTimeOffset Since)? Problem
    {
        get
        {
            lock (_lock)
            {
                return _problem;
            }
        }
    }

    /// <summary>A look went well.</summary>
    public void Reached(FollowProgress progress)
    {
        lock (_lock)
        {
            (_progress, _at, _problem) = (progress, time.GetUtcNow(), null);
        }
    }

    /// <summary>One did not. True if that is news.</summary>
    public bool Failed(string code, string detail)
    {
        lock (_lock)
        {
            var known = _problem?.Code == code;
            _problem = (code, detail, known ? _problem!.Value.Since : time.GetUtcNow());
            return !known;
        }
    }
}
