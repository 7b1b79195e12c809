using System.Collections.Concurrent;
using LiveLedger.Ledger;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>
/// How many messages may still wait for a webhook: counted in the database now and then, and from there on in memory. One process of all takes messages
/// in; while that changes, a few more may.
/// </summary>
internal sealed class WebhookRoom(LedgerDatabase database, TimeProvider time)
{
    /// <summary>Most messages of licences: of those there is one a viewer and key period.</summary>
    public const int MostLicences = 10_000;

    /// <summary>Most of all others: more than a file of 100,000 grants makes.</summary>
    public const int MostOthers = 200_000;

    private const int MaxKnown = 10_000;

    private static readonly TimeSpan s_countEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_trust = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(WebhookId Webhook, bool Licence), Lane> _lanes = new();

    /// <summary>Takes the place of one message; false if there is none.</summary>
    public async Task<bool> TakeAsync(WebhookId webhook, bool licence, CancellationToken cancel)
    {
        if (!_lanes.TryGetValue((webhook, licence), out var lane))
        {
            // Only now: a dictionary's own count takes all of its locks.
            if (_lanes.Count >= MaxKnown)
            {
                _lanes.Clear();
            }

            lane = _lanes.GetOrAdd((webhook, licence), static _ => new());
        }

        await lane.Gate.WaitAsync(cancel);
        try
        {
            // What was delivered since makes room, so what is left by the last count is at least left.
            if (lane.CountedAt is not { } counted || time.GetElapsedTime(counted) >= (lane.Left > 0 ? s_trust : s_countEvery))
            {
                lane.Left = (licence ? MostLicences : MostOthers) - await CountAsync(webhook, licence, cancel);
                lane.CountedAt = time.GetTimestamp();
            }

            return lane.Left-- > 0;
        }
        finally
        {
            lane.Gate.Release();
        }
    }

    private async Task<long> CountAsync(WebhookId webhook, bool licence, CancellationToken cancel)
    {
        await using var command = database.Source.CreateCommand(WebhookSql.CountWaiting);
        command.Parameters.Add(new() { Value = webhook.Value });
        command.Parameters.Add(new() { Value = licence });
        return (long)(await command.ExecuteScalarAsync(cancel))!;
    }

    private sealed class Lane
    {
        public SemaphoreSlim Gate { get; } = new(1);

        public long? CountedAt { get; set; }

        public long Left { get; set; }
    }
}
