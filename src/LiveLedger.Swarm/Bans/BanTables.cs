using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Swarm.Bans;

/// <summary>Who is banned where, as rows: none for who is not.</summary>
internal static class BanTables
{
    private static readonly string s_add = Load("add_ban.sql");
    private static readonly string s_lift = Load("lift_ban.sql");

    public static InlineTables Inline { get; } = new()
    {
        Name = "bans",
        Version = 1,
        Streams = BanEvents.Prefix,
        Tables = Load("ban_tables.sql"),
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var stored in events)
            {
                if (BanEvents.TryReadStream(stored.Stream, out var broadcast, out var peer))
                {
                    await using var command = Command(stored);
                    command.Parameters.Insert(0, new NpgsqlParameter { Value = broadcast.Value });
                    command.Parameters.Insert(1, new NpgsqlParameter { Value = peer.Value.ToArray() });
                    (command.Connection, command.Transaction) = (transaction.Connection, transaction);
                    await command.ExecuteNonQueryAsync(cancel);
                }
            }
        },
    };

    private static NpgsqlCommand Command(StoredEvent stored) => stored.Type switch
    {
        BanEvents.BannedType => new(s_add) { Parameters = { new() { Value = BanEvents.ReadBanned(stored.PayloadJson.Span).Reason }, new() { Value = stored.RecordedAt } } },
        BanEvents.UnbannedType => new(s_lift),
        _ => throw new InvalidDataException($"unknown ban event '{stored.Type}'"),
    };

    private static string Load(string name) => Sql.Load(typeof(BanTables).Assembly, $"Bans/{name}");
}
