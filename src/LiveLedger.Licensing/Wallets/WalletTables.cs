using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Media;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Licensing.Wallets;

/// <summary>The links of wallets as rows: found by viewer, so that a viewer sees them all.</summary>
internal static class WalletTables
{
    private static readonly string s_link = Load("link_wallet.sql");
    private static readonly string s_unlink = Load("unlink_wallet.sql");

    public static InlineTables Inline { get; } = new()
    {
        Name = "wallets",
        Version = 1,
        Streams = WalletEvents.Prefix,
        Tables = Load("wallet_tables.sql"),
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var stored in events)
            {
                if (WalletEvents.TryReadStream(stored.Stream, out var wallet))
                {
                    await using var command = Command(wallet, stored);
                    (command.Connection, command.Transaction) = (transaction.Connection, transaction);
                    await command.ExecuteNonQueryAsync(cancel);
                }
            }
        },
    };

    internal static string Load(string name) => Sql.Load(typeof(WalletTables).Assembly, $"Wallets/{name}");

    private static NpgsqlCommand Command(WalletPseudonym wallet, StoredEvent stored) => stored.Type switch
    {
        WalletEvents.LinkedType => Link(wallet, WalletEvents.ReadLinked(stored.PayloadJson.Span), stored),
        WalletEvents.UnlinkedType => new(s_unlink) { Parameters = { new() { Value = wallet.Value } } },
        _ => throw new InvalidDataException($"unknown wallet event '{stored.Type}'"),
    };

    private static NpgsqlCommand Link(WalletPseudonym wallet, WalletLinked linked, StoredEvent stored) => new(s_link)
    {
        Parameters =
        {
            new() { Value = wallet.Value },
            new() { Value = BroadcastId.TryParse(linked.Broadcast, out var broadcast) ? broadcast.Value : throw new InvalidDataException($"wallet {wallet} was linked in no broadcast") },
            new() { Value = EntitlementEvents.ReadViewer(linked.Viewer).Value.ToArray() },
            new() { Value = Guid.ParseExact(linked.Subject, "N") },
            new() { Value = linked.Wallet is { } name && StrictBase64Url.TryDecode(name, out var sealedName) ? sealedName : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bytea },
            new() { Value = stored.RecordedAt },
        },
    };
}
