using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Swarm.Grants;

/// <summary>The relays' grants as rows.</summary>
internal static class GrantTables
{
    private static readonly string s_state = Load("state_grant.sql");
    private static readonly string s_withdraw = Load("withdraw_grant.sql");

    public static InlineTables Inline { get; } = new()
    {
        Name = "relays",
        Version = 1,
        Streams = GrantEvents.Prefix,
        Tables = Load("grant_tables.sql"),
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var stored in events)
            {
                if (GrantEvents.TryReadStream(stored.Stream, out var id))
                {
                    await using var command = Command(id, stored);
                    (command.Connection, command.Transaction) = (transaction.Connection, transaction);
                    await command.ExecuteNonQueryAsync(cancel);
                }
            }
        },
    };

    private static NpgsqlCommand Command(Guid id, StoredEvent stored)
    {
        switch (stored.Type)
        {
            case GrantEvents.GrantedType:
                var granted = GrantEvents.ReadGranted(stored.PayloadJson.Span);
                Guid? broadcast = granted.Broadcast is null ? null
                    : BroadcastId.TryParse(granted.Broadcast, out var known) ? known.Value : throw new InvalidDataException($"relay {id} is of no broadcast");
                return new(s_state)
                {
                    Parameters =
                    {
                        new() { Value = id }, new() { Value = (object?)broadcast ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }, new() { Value = granted.Name },
                        new() { Value = granted.Origin }, new() { Value = (object?)granted.UploadLimit ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint }, new() { Value = stored.RecordedAt },
                    },
                };
            case GrantEvents.WithdrawnType:
                return new(s_withdraw) { Parameters = { new() { Value = id }, new() { Value = stored.RecordedAt } } };
            default:
                throw new InvalidDataException($"unknown relay event '{stored.Type}'");
        }
    }

    private static string Load(string name) => Sql.Load(typeof(GrantTables).Assembly, $"Grants/{name}");
}
