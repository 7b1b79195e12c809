namespace LiveLedger.Relay.Links;

/// <summary>Spreads what is sent to peers over time: so many bits a second for all links together.</summary>
internal sealed class UploadLimiter(TimeProvider time)
{
    // So far behind its due time a sender may be before it is made to wait.
    private static readonly TimeSpan Slack = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private double _bitsPerSecond = double.PositiveInfinity;
    private DateTimeOffset _free;

    /// <summary>Bits a second; null for no bound, 0 for nothing at all.</summary>
    public long? Limit
    {
        get => double.IsPositiveInfinity(_bitsPerSecond) ? null : (long)_bitsPerSecond;
        set => _bitsPerSecond = value ?? double.PositiveInfinity;
    }

    /// <summary>True if nothing is to be sent.</summary>
    public bool IsShut => _bitsPerSecond == 0;

    /// <summary>Waits until these bytes may be sent.</summary>
    public ValueTask TakeAsync(int bytes, CancellationToken cancellation)
    {
        if (double.IsPositiveInfinity(_bitsPerSecond))
        {
            return default;
        }

        TimeSpan wait;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            _free = (_free < now ? now : _free) + TimeSpan.FromSeconds(bytes * 8 / Math.Max(1, _bitsPerSecond));
            wait = _free - now - Slack;
        }

        return wait > TimeSpan.Zero ? new(Task.Delay(wait, time, cancellation)) : default;
    }
}
