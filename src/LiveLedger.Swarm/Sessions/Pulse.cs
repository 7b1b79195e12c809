using LiveLedger.Peering.Staying;

namespace LiveLedger.Swarm.Sessions;

/// <summary>How a broadcast does, as its room feels it: whether segments come, and how the audience grows. Not thread-safe; its room's lock is held.</summary>
internal sealed class Pulse(TimeProvider time)
{
    // Of less a single viewer would be a crowd.
    private const int LeastAudience = 10;

    private static readonly TimeSpan s_opening = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_still = TimeSpan.FromSeconds(15);

    private readonly int[] _minute = new int[60];
    private int _seconds;
    private long? _began;
    private long _beat;

    /// <summary>What the broadcast does.</summary>
    public StreamPhase Phase => _began is not { } began || time.GetElapsedTime(_beat) >= s_still ? StreamPhase.Still
        : time.GetElapsedTime(began) < s_opening ? StreamPhase.Opening : StreamPhase.Running;

    /// <summary>Viewers there were at the last second.</summary>
    public int Viewers => _seconds == 0 ? 0 : _minute[(_seconds - 1) % _minute.Length];

    /// <summary>By which part their number has changed within a minute, -1 to 1.</summary>
    public double Slope
    {
        get
        {
            var before = _seconds < _minute.Length ? _minute[0] : _minute[_seconds % _minute.Length];
            return Math.Clamp((Viewers - before) / (double)Math.Max(before, LeastAudience), -1, 1);
        }
    }

    /// <summary>A segment has come.</summary>
    public void Sealed()
    {
        _beat = time.GetTimestamp();
        _began ??= _beat;
    }

    /// <summary>A second has passed.</summary>
    public void Tick(int viewers) => _minute[_seconds++ % _minute.Length] = viewers;
}
