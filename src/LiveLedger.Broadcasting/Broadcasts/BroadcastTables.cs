using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Media;
using Npgsql;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>Which broadcasts there are, whose, and in which state: what lists them and what a start takes up again.</summary>
internal static class BroadcastTables
{
    public const string Prefix = "broadcast/";

    public static InlineTables Inline { get; } = new()
    {
        Name = "broadcasts",
        Version = 3,
        Streams = Prefix,
        Tables = BroadcastSql.Tables,
        Apply = async (transaction, events, cancellation) =>
        {
            foreach (var stored in events)
            {
                await ApplyAsync(transaction, stored, cancellation);
            }
        },
    };

    private static Task ApplyAsync(NpgsqlTransaction transaction, StoredEvent stored, CancellationToken cancellation)
    {
        if (!BroadcastId.TryParse(stored.Stream.Value[Prefix.Length..], out var id))
        {
            return Task.CompletedTask;
        }

        return BroadcastEventJson.Read(stored.Type, stored.PayloadJson.Span) switch
        {
            BroadcastCreated created => WriteAsync(transaction, BroadcastSql.Insert, id, created.Owner, cancellation),
            BroadcastHandedOver handed => WriteAsync(transaction, BroadcastSql.SetOwner, id, handed.Owner, cancellation),
            BroadcastStarted => WriteAsync(transaction, BroadcastSql.SetState, id, "live", cancellation),
            BroadcastEnded => WriteAsync(transaction, BroadcastSql.SetState, id, "ended", cancellation),
            BroadcastTakenDown => WriteAsync(transaction, BroadcastSql.SetTakenDown, id, true, cancellation),
            BroadcastRestored => WriteAsync(transaction, BroadcastSql.SetTakenDown, id, false, cancellation),
            _ => Task.CompletedTask,
        };
    }

    private static async Task WriteAsync(NpgsqlTransaction transaction, string sql, BroadcastId id, object value, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = id.Value }, new() { Value = value } },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
