namespace LiveLedger.Swarm.Tracker;

/// <summary>How many messages one connection may send: 20 a second, 200 at once.</summary>
internal struct MessageBudget(TimeProvider time)
{
    private const double PerSecond = 20;
    private const double Burst = 200;

    private double _left = Burst;
    private long _at = time.GetTimestamp();

    public bool TryTake()
    {
        var now = time.GetTimestamp();
        _left = Math.Min(Burst, _left + time.GetElapsedTime(_at, now).TotalSeconds * PerSecond);
        _at = now;
        if (_left < 1)
        {
            return false;
        }

        _left--;
        return true;
    }
}
