using System.Collections.Concurrent;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>Adds, removes and finds webhooks.</summary>
internal sealed class WebhookBook(EventStore ledger, LedgerDatabase database, WebhookSecrets secrets, TimeProvider time)
{
    /// <summary>Most webhooks of a broadcast.</summary>
    public const int MaxPerBroadcast = 10;

    private const int MaxRemembered = 1000;

    private readonly ConcurrentDictionary<BroadcastId, Known> _known = new();

    /// <summary>Adds one; null if the broadcast has its full number.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<Webhook?> AddAsync(BroadcastId broadcast, Uri url, IReadOnlyList<string> types, CancellationToken cancel)
    {
        if ((await ListAsync(broadcast, cancel)).Count >= MaxPerBroadcast)
        {
            return null;
        }

        var now = time.GetUtcNow();
        var id = new WebhookId(Guid.CreateVersion7(now));
        var after = await ledger.ReadEndAsync(cancel);
        var sealedUrl = secrets.SealUrl(broadcast, id, url);
        var added = new WebhookAdded(broadcast.ToString(), sealedUrl, types, checked((long)after.Value));
        var appended = await ledger.AppendAsync(WebhookEvents.StreamOf(id), ExpectedVersion.NoStream, [WebhookEvents.Added(Guid.CreateVersion7(now), added)], cancel);

        // Somebody else may have added the last one meanwhile. Whoever finds one too many takes its own back: perhaps both, never neither.
        if ((await ListAsync(broadcast, cancel)).Count > MaxPerBroadcast)
        {
            await RemoveAsync(broadcast, id, cancel);
            return null;
        }

        return new(id, broadcast, sealedUrl, types, appended.RecordedAt ?? now, after);
    }

    /// <summary>Removes one; false if the broadcast has no such webhook.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<bool> RemoveAsync(BroadcastId broadcast, WebhookId id, CancellationToken cancel)
    {
        if (await ReadAsync(id, cancel) is not { } webhook || webhook.Broadcast != broadcast)
        {
            return false;
        }

        // Version 0 is the addition. Somebody faster has put the stream at version 1, and that is a removal too.
        await ledger.AppendAsync(
            WebhookEvents.StreamOf(id), ExpectedVersion.Exactly(0), [WebhookEvents.Removed(Guid.CreateVersion7(time.GetUtcNow()), broadcast)], cancel);
        return true;
    }

    /// <summary>True if there was one by this id and is no more: by the log, since a table may be in the making.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<bool> IsRemovedAsync(WebhookId id, CancellationToken cancel) => await ledger.StreamVersionAsync(WebhookEvents.StreamOf(id), cancel) > 0;

    /// <summary>The webhooks of a broadcast.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<Webhook>> ListAsync(BroadcastId broadcast, CancellationToken cancel) => QueryAsync(WebhookSql.List, broadcast.Value, cancel);

    /// <summary>
    /// The webhooks of a broadcast that may want an event: those of when it was in the log. What was added later was acknowledged later, and what was removed meanwhile is
    /// found out before anything is sent. So one look does for all events that were there then.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async ValueTask<IReadOnlyList<Webhook>> ListAsync(BroadcastId broadcast, LedgerIndex place, CancellationToken cancel)
    {
        if (_known.TryGetValue(broadcast, out var known) && place.Value < known.End.Value)
        {
            return known.Webhooks;
        }

        // First how far the log is, then who listens: the other way round somebody could come between.
        var end = await ledger.ReadEndAsync(cancel);
        var found = await ListAsync(broadcast, cancel);
        if (_known.Count >= MaxRemembered)
        {
            _known.Clear();
        }

        _known[broadcast] = new(end, found);
        return found;
    }

    /// <summary>One by its id.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<Webhook?> ReadAsync(WebhookId id, CancellationToken cancel) => (await QueryAsync(WebhookSql.Read, id.Value, cancel)).SingleOrDefault();

    private Task<IReadOnlyList<Webhook>> QueryAsync(string sql, Guid id, CancellationToken cancel) => DatabaseAway.GuardAsync<IReadOnlyList<Webhook>>(async () =>
    {
        await using var command = database.Source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = id });
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var found = new List<Webhook>();
        while (await rows.ReadAsync(cancel))
        {
            found.Add(new(
                new(rows.GetGuid(0)), new(rows.GetGuid(1)), rows.GetFieldValue<byte[]>(2), rows.GetFieldValue<string[]>(3), rows.GetFieldValue<DateTimeOffset>(4),
                new((ulong)rows.GetInt64(5))));
        }

        return found;
    });

    private sealed record Known(LedgerIndex End, IReadOnlyList<Webhook> Webhooks);
}
