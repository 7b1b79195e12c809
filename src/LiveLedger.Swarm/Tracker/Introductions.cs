using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Tracker;

/// <summary>
/// How many addresses an entitlement or grant may learn: 32 at once and 96 an hour, counted on both sides of each introduction and across all of its connections. This is the
/// bound on harvesting viewers' addresses (docs/trust.md). Not thread-safe; its room's lock is held.
/// </summary>
internal sealed class Introductions(TimeProvider time, int burst = Introductions.Burst, int perHour = Introductions.PerHour)
{
    /// <summary>At once.</summary>
    public const int Burst = 32;

    /// <summary>And so many an hour.</summary>
    public const int PerHour = 96;

    private const int LeastSwept = 1024;

    private readonly Dictionary<PeerPseudonym, (double Left, long At)> _budgets = [];
    private int _sweepAt = LeastSwept;

    /// <summary>True if one more may be made. Takes nothing.</summary>
    public bool Has(PeerPseudonym peer) => LeftOf(peer) >= 1;

    /// <summary>Takes one.</summary>
    public void Take(PeerPseudonym peer)
    {
        // Forgotten once it is full again: somebody new has as much.
        if (_budgets.Count >= _sweepAt)
        {
            foreach (var full in _budgets.Keys.Where(p => LeftOf(p) >= burst).ToList())
            {
                _budgets.Remove(full);
            }

            _sweepAt = Math.Max(LeastSwept, 2 * _budgets.Count);
        }

        _budgets[peer] = (LeftOf(peer) - 1, time.GetTimestamp());
    }

    /// <summary>How long until there is another one.</summary>
    public TimeSpan WaitOf(PeerPseudonym peer) => TimeSpan.FromHours(Math.Max(0, 1 - LeftOf(peer)) / perHour);

    private double LeftOf(PeerPseudonym peer) =>
        _budgets.TryGetValue(peer, out var budget) ? Math.Min(burst, budget.Left + time.GetElapsedTime(budget.At).TotalHours * perHour) : burst;
}
