using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>The entitlements as rows: what their events say, found by id and by viewer.</summary>
internal static class EntitlementTables
{
    private static readonly string s_insert = Load("insert_entitlement.sql");
    private static readonly string s_revoke = Load("revoke_entitlement.sql");

    public static InlineTables Inline { get; } = new()
    {
        Name = "entitlements",
        Version = 1,
        Streams = EntitlementEvents.Prefix,
        Tables = Load("entitlement_tables.sql"),
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var stored in events)
            {
                if (EntitlementEvents.TryReadStream(stored.Stream, out var id))
                {
                    await using var command = Command(id, stored);
                    (command.Connection, command.Transaction) = (transaction.Connection, transaction);
                    await command.ExecuteNonQueryAsync(cancel);
                }
            }
        },
    };

    private static NpgsqlCommand Command(EntitlementId id, StoredEvent stored) => stored.Type switch
    {
        EntitlementEvents.GrantedType => Insert(id, EntitlementEvents.ReadGranted(stored.PayloadJson.Span), stored),
        EntitlementEvents.RevokedType => new(s_revoke) { Parameters = { new() { Value = id.Value }, new() { Value = stored.RecordedAt } } },
        _ => throw new InvalidDataException($"unknown entitlement event '{stored.Type}'"),
    };

    private static NpgsqlCommand Insert(EntitlementId id, EntitlementGranted granted, StoredEvent stored)
    {
        if (!BroadcastId.TryParse(granted.Broadcast, out var broadcast) || !StrictBase64Url.TryDecode(granted.Viewer, out var viewer))
        {
            throw new InvalidDataException($"entitlement {id} was granted to nobody or for nothing");
        }

        return new(s_insert)
        {
            Parameters =
            {
                new() { Value = id.Value }, new() { Value = broadcast.Value }, new() { Value = viewer }, new() { Value = stored.RecordedAt },
                new() { Value = granted.Subject is { } subject ? Guid.ParseExact(subject, "N") : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = granted.Name is { } name && StrictBase64Url.TryDecode(name, out var sealedName) ? sealedName : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
            },
        };
    }

    private static string Load(string name) => Sql.Load(typeof(EntitlementTables).Assembly, $"Entitlements/{name}");
}
