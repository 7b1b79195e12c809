using System.Collections.Concurrent;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Licences;

/// <summary>
/// What is known of the broadcasts that somebody watches, at most half a second old; while the database is away, as old as it has to be. Of any number
/// who ask at once one looks, and the others have what it saw.
/// </summary>
internal sealed class BroadcastWatch(LicensingLinks links, TimeProvider time)
{
    private const int MaxKnown = 10_000;
    private static readonly TimeSpan s_fresh = TimeSpan.FromMilliseconds(500);

    // A look that fails is not made again at once by each of those who play; and a database that neither answers nor refuses must not hold them up.
    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    // For who has nothing to go on with. Those who asked have gone long before.
    private static readonly TimeSpan s_firstPatience = TimeSpan.FromSeconds(30);

    private static readonly Refusal s_away = new(503, "ledger-unavailable", "The ledger's database does not answer; ask again.") { RetryAfter = TimeSpan.FromSeconds(2) };

    private readonly ConcurrentDictionary<BroadcastId, Look> _looks = new();
    private readonly ConcurrentDictionary<BroadcastId, Lazy<Task<BroadcastFacts?>>> _looking = new();

    /// <summary>What is known of a broadcast; null if it is none of this server's.</summary>
    /// <exception cref="LedgerUnavailableException">It was never seen here, and the database is away.</exception>
    public async ValueTask<BroadcastFacts?> FindAsync(BroadcastId broadcast, CancellationToken cancel)
    {
        if (_looks.GetValueOrDefault(broadcast) is { } seen && time.GetElapsedTime(seen.At) < (seen.HasFailed ? s_afterFailure : s_fresh))
        {
            return seen.Facts;
        }

        // Nobody's own look: who ends the call goes, and the look goes on for the others.
        return await _looking.GetOrAdd(broadcast, b => new(() => LookAsync(b))).Value.WaitAsync(cancel);
    }

    private async Task<BroadcastFacts?> LookAsync(BroadcastId broadcast)
    {
        var seen = _looks.GetValueOrDefault(broadcast);
        using var limit = new CancellationTokenSource(seen is null ? s_firstPatience : s_patience);
        try
        {
            if (await links.FactsOf(broadcast, limit.Token) is not { } facts)
            {
                return null;
            }

            Keep(broadcast, new(facts, time.GetTimestamp(), HasFailed: false));
            return facts;
        }
        catch (Exception e) when (seen is not null && e is LedgerUnavailableException or OperationCanceledException)
        {
            Keep(broadcast, new(seen.Facts, time.GetTimestamp(), HasFailed: true));
            return seen.Facts;
        }
        catch (OperationCanceledException e)
        {
            throw new LedgerUnavailableException(s_away, e);
        }
        finally
        {
            _looking.TryRemove(broadcast, out _);
        }
    }

    private void Keep(BroadcastId broadcast, Look look)
    {
        if (_looks.Count >= MaxKnown && !_looks.ContainsKey(broadcast))
        {
            _looks.TryRemove(_looks.First());
        }

        _looks[broadcast] = look;
    }

    private sealed record Look(BroadcastFacts Facts, long At, bool HasFailed);
}
