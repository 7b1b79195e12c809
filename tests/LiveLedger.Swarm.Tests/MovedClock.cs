namespace LiveLedger.Swarm.Tests;

/// <summary>A clock that stands still until a test moves it: the wall's and the one that runs on alike.</summary>
internal sealed class MovedClock : TimeProvider
{
    private TimeSpan _passed;

    public void Advance(TimeSpan by) => _passed += by;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(56) + _passed;

    public override long GetTimestamp() => _passed.Ticks + 1;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;
}
