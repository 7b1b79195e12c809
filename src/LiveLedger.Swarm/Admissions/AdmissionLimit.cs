using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Admissions;

/// <summary>How many admissions an entitlement or grant gets: 60 at once, and one each 10 s. Each is an event for ever, and a page needs one in seven minutes.</summary>
internal sealed class AdmissionLimit(TimeProvider time)
{
    private const double Burst = 60;
    private const int MaxRemembered = 200_000;
    private static readonly TimeSpan s_each = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<PeerPseudonym, (double Left, long At)> _left = [];

    /// <summary>Takes one; how long to wait for the next if there is none.</summary>
    public TimeSpan? Take(PeerPseudonym peer)
    {
        lock (_lock)
        {
            var left = LeftOf(peer);
            if (left < 1)
            {
                return (1 - left) * s_each;
            }

            if (_left.Count >= MaxRemembered)
            {
                foreach (var full in _left.Keys.Where(p => LeftOf(p) >= Burst).ToList())
                {
                    _left.Remove(full);
                }
            }

            _left[peer] = (left - 1, time.GetTimestamp());
            return null;
        }
    }

    private double LeftOf(PeerPseudonym peer) => _left.TryGetValue(peer, out var known) ? Math.Min(Burst, known.Left + time.GetElapsedTime(known.At) / s_each) : Burst;
}
