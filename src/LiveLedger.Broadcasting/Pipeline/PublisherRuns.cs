using LiveLedger.Media;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>
/// Tells which tracks' init segments belong to one start of the publisher, so that tracks that restart together share an
/// epoch: a track that sends a second init begins a new run, one that has not yet sent its own joins the newest run.
/// </summary>
/// <remarks>Not thread-safe: the broadcast's pipeline calls it under its lock. Lost in a restart, when any init begins anew.</remarks>
internal sealed class PublisherRuns
{
    /// <summary>Tracks of one start send their init segments together; one that comes later than this is another start.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromSeconds(10);

    private readonly Dictionary<TrackName, int> _lastRun = [];
    private readonly Dictionary<int, uint> _epochOf = [];
    private int _run;
    private DateTimeOffset _since = DateTimeOffset.MinValue;

    /// <summary>The run an init segment of <paramref name="track"/> belongs to.</summary>
    public int RunOf(TrackName track, DateTimeOffset now)
    {
        if (_lastRun.GetValueOrDefault(track) == _run || now - _since > Together)
        {
            _run++;
            _since = now;
        }

        return _lastRun[track] = _run;
    }

    /// <summary>The epoch this run has opened, if one of its tracks has.</summary>
    public uint? EpochOf(int run) => _epochOf.TryGetValue(run, out var epoch) ? epoch : null;

    public void Opened(int run, uint epoch) => _epochOf[run] = epoch;
}
