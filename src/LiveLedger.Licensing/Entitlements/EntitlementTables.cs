using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Playbacks;
using LiveLedger.Media;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>The entitlements as rows: what their events say, found by id and by viewer.</summary>
internal static class EntitlementTables
{
    private static readonly string s_insert = Load("insert_entitlement.sql");
    private static readonly string s_change = Load("change_entitlement.sql");
    private static readonly string s_transfer = Load("transfer_entitlement.sql");

    public static InlineTables Inline { get; } = new()
    {
        Name = "entitlements",
        Version = 2,
        Streams = EntitlementEvents.Prefix,
        Tables = Load("entitlement_tables.sql"),
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var stored in events)
            {
                if (EntitlementEvents.TryReadStream(stored.Stream, out var id) && !CountedEvents.Is(stored.Type))
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
        EntitlementEvents.TransferredType => Transfer(id, EntitlementEvents.ReadTransferred(stored.PayloadJson.Span), stored),
        _ when EntitlementEvents.StandingAfter(stored.Type) is { } standing => Change(id, standing, stored),
        _ => throw new InvalidDataException($"unknown entitlement event '{stored.Type}'"),
    };

    private static NpgsqlCommand Insert(EntitlementId id, EntitlementGranted granted, StoredEvent stored)
    {
        if (!BroadcastId.TryParse(granted.Broadcast, out var broadcast))
        {
            throw new InvalidDataException($"entitlement {id} was granted for nothing");
        }

        return new(s_insert)
        {
            Parameters =
            {
                new() { Value = id.Value }, new() { Value = broadcast.Value }, new() { Value = EntitlementEvents.ReadViewer(granted.Viewer).Value.ToArray() },
                new() { Value = stored.RecordedAt },
                new() { Value = granted.Subject is { } subject ? Guid.ParseExact(subject, "N") : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = granted.Name is { } name && StrictBase64Url.TryDecode(name, out var sealedName) ? sealedName : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
                new() { Value = granted.Offer is { } offer ? Guid.ParseExact(offer, "N") : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = granted.OfferVersion is { } version ? version : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
            },
        };
    }

    private static NpgsqlCommand Change(EntitlementId id, Standing standing, StoredEvent stored) => new(s_change)
    {
        Parameters =
        {
            new() { Value = id.Value }, new() { Value = NameOf(standing) }, new() { Value = stored.Version },
            new() { Value = standing is Standing.Revoked or Standing.Refunded ? stored.RecordedAt : DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
        },
    };

    private static NpgsqlCommand Transfer(EntitlementId id, EntitlementTransferred transferred, StoredEvent stored) => new(s_transfer)
    {
        Parameters =
        {
            new() { Value = id.Value }, new() { Value = EntitlementEvents.ReadViewer(transferred.Viewer).Value.ToArray() }, new() { Value = stored.Version },
            new() { Value = Guid.ParseExact(transferred.Subject, "N") },
            new() { Value = StrictBase64Url.TryDecode(transferred.Name, out var name) ? name : throw new InvalidDataException($"entitlement {id} was passed on to nobody") },
        },
    };

    /// <summary>A standing in the table and in answers.</summary>
    public static string NameOf(Standing standing) => standing switch
    {
        Standing.Entitled => "active",
        Standing.Suspended => "suspended",
        Standing.Revoked => "revoked",
        Standing.Refunded => "refunded",
        _ => throw new ArgumentOutOfRangeException(nameof(standing)),
    };

    /// <summary>And back.</summary>
    public static Standing StandingOf(string name) => name switch
    {
        "active" => Standing.Entitled,
        "suspended" => Standing.Suspended,
        "revoked" => Standing.Revoked,
        "refunded" => Standing.Refunded,
        _ => throw new InvalidDataException($"no entitlement is '{name}'"),
    };

    private static string Load(string name) => Sql.Load(typeof(EntitlementTables).Assembly, $"Entitlements/{name}");
}
