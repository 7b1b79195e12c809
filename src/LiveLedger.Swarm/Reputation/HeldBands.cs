using System.Collections.Concurrent;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Swarm.Reputation;

/// <summary>The bands of a broadcast's peers, for who admits a crowd at once: read together, and again after ten seconds. An admission lives longer than that, and says no more than it did.</summary>
internal sealed class HeldBands(StandingBook book, TimeProvider time)
{
    // Whoever has more peers that have served has enough of them.
    private const int MostOfOne = 50_000;
    private const int MostBroadcasts = 1000;
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<BroadcastId, (long At, Lazy<Task<Dictionary<PeerPseudonym, Band>>> Bands)> _held = new();

    /// <summary>A peer's band; new for whoever is not known, while nothing is known, and for who is banned: that is said elsewhere.</summary>
    public async ValueTask<Band> OfAsync(BroadcastId broadcast, PeerPseudonym peer, CancellationToken cancel)
    {
        if (!_held.TryGetValue(broadcast, out var held) || time.GetElapsedTime(held.At) >= s_fresh)
        {
            if (_held.Count >= MostBroadcasts)
            {
                _held.Clear();
            }

            _held[broadcast] = held = (time.GetTimestamp(), new(() => ReadAsync(broadcast)));
        }

        return (await held.Bands.Value.WaitAsync(cancel)).GetValueOrDefault(peer);
    }

    // For everybody who asks meanwhile, so nobody's cancellation ends it.
    private async Task<Dictionary<PeerPseudonym, Band>> ReadAsync(BroadcastId broadcast)
    {
        try
        {
            var standings = await book.ListAsync(broadcast, MostOfOne, CancellationToken.None);
            return standings.Where(static s => s.Standing.Band is Band.Known or Band.Proven).ToDictionary(static s => s.Peer, static s => s.Standing.Band);
        }
        catch (LedgerUnavailableException)
        {
            // An admission that is not logged is not given; this is not what it fails by.
            return [];
        }
    }
}
