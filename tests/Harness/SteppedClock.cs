namespace LiveLedger.Harness;

/// <summary>A wall clock that can be set, as an administrator or a time server sets one. What runs on, as the kernel's monotonic clock does, runs on.</summary>
public sealed class SteppedClock : TimeProvider
{
    private long _offset;

    /// <summary>Sets it forwards or backwards.</summary>
    public void Step(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));
}
