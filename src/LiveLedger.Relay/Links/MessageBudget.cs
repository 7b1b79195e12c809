namespace LiveLedger.Relay.Links;

/// <summary>How many messages a peer may send. Who sends more is read later: its own socket holds it up.</summary>
internal sealed class MessageBudget(TimeProvider time)
{
    private const int Burst = 400;
    private const int PerSecond = 200;

    private double _left = Burst;
    private long _at = time.GetTimestamp();

    /// <summary>Counts a message; how long to wait before the next is read.</summary>
    public TimeSpan Spend()
    {
        var now = time.GetTimestamp();
        _left = Math.Min(Burst, _left + time.GetElapsedTime(_at, now).TotalSeconds * PerSecond) - 1;
        _at = now;
        return _left >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_left / PerSecond);
    }
}
