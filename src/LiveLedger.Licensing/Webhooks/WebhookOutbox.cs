using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Transparency.Tree;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>
/// What is on its way to shops, in the database: taken in once for each message and webhook, tried until it is taken or given up. A row's turn says
/// who may act on it: each order and each attempt has the next one, and whoever comes with an older one comes too late.
/// </summary>
internal sealed class WebhookOutbox(LedgerDatabase database, WebhookBook book, WebhookRoom room, TimeProvider time)
{
    /// <summary>Deliveries of one webhook that are made at once, about.</summary>
    public const int MostAtOnce = 8;

    /// <summary>Whoever has taken a delivery and is silent for so long has died at it. Far longer than an attempt, and than orders wait.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMinutes(2);

    // Long enough for a shop that is down over a weekend, and for looking at what happened.
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(30);

    // Of these there are so many that a month of them would be more than the log.
    private static readonly TimeSpan s_licencesKept = TimeSpan.FromHours(1);

    /// <summary>Takes a message in for each webhook that wants it, or leaves it out where too many wait. Done when the rows are committed; doing it again changes nothing.</summary>
    public async Task TakeAsync(BroadcastId broadcast, object message, LedgerIndex place, StoredEvent cause, CancellationToken cancel)
    {
        if (!WebhookMessage.Types.TryGetValue(message.GetType(), out var type))
        {
            return;
        }

        foreach (var webhook in (await book.ListAsync(broadcast, place, cancel)).Where(w => w.Wants(type, place)))
        {
            if (!await room.TakeAsync(webhook.Id, WebhookMessage.IsLicence(type), cancel))
            {
                await using var noted = Command(WebhookSql.LeaveOut, webhook.Id.Value, type, time.GetUtcNow());
                await noted.ExecuteNonQueryAsync(cancel);
                continue;
            }

            await using var command = Command(WebhookSql.Keep, webhook.Id.Value, cause.Id, type, WebhookMessage.Body(message, type, cause.RecordedAt), time.GetUtcNow());
            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    /// <summary>Takes deliveries that are due, to order an attempt of each.</summary>
    public async Task<IReadOnlyList<DeliveryTurn>> ClaimAsync(int most, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var command = Command(WebhookSql.Claim, now, now + Hold, most, MostAtOnce);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var claimed = new List<DeliveryTurn>();
        while (await rows.ReadAsync(cancel))
        {
            claimed.Add(new(new(rows.GetGuid(0)), rows.GetGuid(1), rows.GetInt64(2)));
        }

        return claimed;
    }

    /// <summary>Gives back what was taken and not ordered.</summary>
    public async Task ReleaseAsync(IReadOnlyList<DeliveryTurn> claimed, CancellationToken cancel)
    {
        await using var command = Command(
            WebhookSql.Release, claimed.Select(static c => c.Webhook.Value).ToArray(), claimed.Select(static c => c.Message).ToArray(), claimed.Select(static c => c.Turn).ToArray());
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Begins the attempt that was ordered; null if it was begun before, or has been overtaken.</summary>
    public async Task<PendingDelivery?> BeginAsync(DeliveryTurn ordered, CancellationToken cancel)
    {
        await using var command = Command(WebhookSql.Begin, ordered.Webhook.Value, ordered.Message, ordered.Turn, time.GetUtcNow() + Hold);
        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel) ? new(ordered with { Turn = row.GetInt64(2) }, row.GetFieldValue<byte[]>(0), row.GetInt32(1)) : null;
    }

    /// <summary>Notes what became of an attempt, unless it has been overtaken.</summary>
    public async Task NoteAsync(DeliveryTurn attempt, int? status, string? failure, DateTimeOffset? again, CancellationToken cancel)
    {
        await using var command = Command(WebhookSql.NoteAttempt, attempt.Webhook.Value, attempt.Message, attempt.Turn, time.GetUtcNow());
        command.Parameters.Add(new() { Value = status ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer });
        command.Parameters.Add(new() { Value = failure ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = again ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Has a delivery made once more; false if there is none.</summary>
    public async Task<bool> RedeliverAsync(WebhookId webhook, Guid message, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        await using var command = Command(WebhookSql.Redeliver, webhook.Value, message, now, now + WebhookPost.Patience * 1.5);
        return await command.ExecuteNonQueryAsync(cancel) > 0;
    }

    /// <summary>The last deliveries of a webhook, newest first.</summary>
    public async Task<IReadOnlyList<DeliveryView>> ListAsync(WebhookId webhook, int most, CancellationToken cancel)
    {
        await using var command = Command(WebhookSql.ListDeliveries, webhook.Value, most);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var found = new List<DeliveryView>();
        while (await rows.ReadAsync(cancel))
        {
            var (due, delivered) = (At(rows, 7), At(rows, 8));
            found.Add(new(
                rows.GetGuid(0).ToString("N"), rows.GetString(1), delivered is not null ? "delivered" : due is not null ? "waiting" : "given-up", rows.GetFieldValue<DateTimeOffset>(2),
                rows.GetInt32(3), At(rows, 4), rows.IsDBNull(5) ? null : rows.GetInt32(5), rows.IsDBNull(6) ? null : rows.GetString(6), due));
        }

        return found;
    }

    /// <summary>What there was no room for at a webhook.</summary>
    public async Task<IReadOnlyList<LeftOutView>> ListLeftOutAsync(WebhookId webhook, CancellationToken cancel)
    {
        await using var command = Command(WebhookSql.ListLeftOut, webhook.Value);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var found = new List<LeftOutView>();
        while (await rows.ReadAsync(cancel))
        {
            found.Add(new(rows.GetString(0), rows.GetInt64(1), rows.GetFieldValue<DateTimeOffset>(2), rows.GetFieldValue<DateTimeOffset>(3)));
        }

        return found;
    }

    /// <summary>Forgets what is done or given up and old.</summary>
    public async Task ForgetAsync(CancellationToken cancel)
    {
        await using var command = Command(WebhookSql.Forget, time.GetUtcNow() - s_kept, time.GetUtcNow() - s_licencesKept);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Forgets all of a webhook that is no more.</summary>
    public async Task DropAsync(WebhookId webhook, CancellationToken cancel)
    {
        await using var command = Command(WebhookSql.Drop, webhook.Value);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static DateTimeOffset? At(NpgsqlDataReader rows, int column) => rows.IsDBNull(column) ? null : rows.GetFieldValue<DateTimeOffset>(column);

    private NpgsqlCommand Command(string sql, params object[] values)
    {
        var command = database.Source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}

/// <summary>A delivery, and whose turn it is.</summary>
internal readonly record struct DeliveryTurn(WebhookId Webhook, Guid Message, long Turn);

/// <summary>An attempt that has begun.</summary>
/// <param name="Attempt">Which.</param>
/// <param name="Body">What is sent.</param>
/// <param name="Attempts">How often it was tried before.</param>
internal sealed record PendingDelivery(DeliveryTurn Attempt, byte[] Body, int Attempts);
