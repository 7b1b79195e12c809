using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Media;
using Npgsql;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>The webhooks as rows, found by id and by broadcast.</summary>
internal static class WebhookTables
{
    public static InlineTables Inline { get; } = new()
    {
        Name = "webhooks",
        Version = 1,
        Streams = WebhookEvents.Prefix,
        Tables = WebhookSql.Tables,
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var stored in events)
            {
                if (WebhookEvents.TryReadStream(stored.Stream, out var id))
                {
                    await using var command = Command(id, stored);
                    (command.Connection, command.Transaction) = (transaction.Connection, transaction);
                    await command.ExecuteNonQueryAsync(cancel);
                }
            }
        },
    };

    private static NpgsqlCommand Command(WebhookId id, StoredEvent stored)
    {
        switch (stored.Type)
        {
            case WebhookEvents.AddedType:
                var added = WebhookEvents.ReadAdded(stored.PayloadJson.Span);
                var broadcast = BroadcastId.TryParse(added.Broadcast, out var known) ? known : throw new InvalidDataException($"webhook {id} is of no broadcast");
                return new(WebhookSql.Add)
                {
                    Parameters =
                    {
                        new() { Value = id.Value }, new() { Value = broadcast.Value }, new() { Value = added.SealedUrl },
                        new() { Value = added.Types.ToArray() }, new() { Value = stored.RecordedAt }, new() { Value = added.After },
                    },
                };
            case WebhookEvents.RemovedType:
                return new(WebhookSql.Remove) { Parameters = { new() { Value = id.Value } } };
            default:
                throw new InvalidDataException($"unknown webhook event '{stored.Type}'");
        }
    }
}
