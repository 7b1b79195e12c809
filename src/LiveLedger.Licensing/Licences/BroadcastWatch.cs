using System.Collections.Concurrent;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Licences;

/// <summary>
/// What is known of the broadcasts that somebody watches, at most half a second old; while the database is away, as old as it has to be.
/// </summary>
internal sealed class BroadcastWatch(LicensingLinks links, TimeProvider time)
{
    private const int MaxKnown = 10_000;
    private static readonly TimeSpan s_fresh = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<BroadcastId, Look> _looks = new();

    /// <summary>What is known of a broadcast; null if it is none of this server's.</summary>
    /// <exception cref="LedgerUnavailableException">It was never seen here, and the database is away.</exception>
    public async ValueTask<BroadcastFacts?> FindAsync(BroadcastId broadcast, CancellationToken cancel)
    {
        var seen = _looks.GetValueOrDefault(broadcast);
        if (seen is null || time.GetElapsedTime(seen.At) >= s_fresh)
        {
            // A database that neither answers nor refuses must not hold up what plays.
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            limit.CancelAfter(seen is null ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(1));
            try
            {
                if (await links.FactsOf(broadcast, limit.Token) is not { } facts)
                {
                    return null;
                }

                if (_looks.Count >= MaxKnown)
                {
                    _looks.TryRemove(_looks.First());
                }

                _looks[broadcast] = seen = new(facts, time.GetTimestamp());
            }
            catch (Exception e) when (seen is not null && (e is LedgerUnavailableException || e is OperationCanceledException && !cancel.IsCancellationRequested))
            {
            }
        }

        return seen.Facts;
    }

    private sealed record Look(BroadcastFacts Facts, long At);
}
