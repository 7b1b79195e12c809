using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Reputation;
using Npgsql;

namespace LiveLedger.Swarm.Reputation;

/// <summary>A peer's standing, decayed to the time of its broadcast.</summary>
/// <param name="Peer">Whose.</param>
/// <param name="Standing">It.</param>
/// <param name="Index">The last event of the broadcast that was counted: it is of there.</param>
internal sealed record CountedStanding(PeerPseudonym Peer, Standing Standing, ulong Index);

/// <summary>Reads standings.</summary>
internal sealed class StandingBook(LedgerDatabase database)
{
    /// <summary>Most that are listed.</summary>
    public const int MaxListed = 1000;

    private static readonly string s_read = StandingProjection.Load("read_standing.sql");
    private static readonly string s_list = StandingProjection.Load("list_standings.sql");

    /// <summary>A peer's; null if nothing was ever heard of it.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<CountedStanding?> FindAsync(BroadcastId broadcast, PeerPseudonym peer, CancellationToken cancel) =>
        (await ReadAsync(s_read, cancel, new() { Value = broadcast.Value }, new() { Value = peer.Value.ToArray() })).SingleOrDefault();

    /// <summary>Those of a broadcast.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<CountedStanding>> ListAsync(BroadcastId broadcast, int most, CancellationToken cancel) =>
        ReadAsync(s_list, cancel, new() { Value = broadcast.Value }, new() { Value = most });

    private Task<IReadOnlyList<CountedStanding>> ReadAsync(string sql, CancellationToken cancel, params NpgsqlParameter[] parameters) => LedgerUnavailableException.GuardAsync<IReadOnlyList<CountedStanding>>(async () =>
    {
        var found = new List<CountedStanding>();
        try
        {
            await using var command = database.Source.CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            await using var row = await command.ExecuteReaderAsync(cancel);
            while (await row.ReadAsync(cancel))
            {
                if (!row.IsDBNull(2))
                {
                    found.Add(new(new(new Bytes32(row.GetFieldValue<byte[]>(2))), StandingOf(row).At(row.GetInt64(0) / Formula.EpochLength), (ulong)row.GetInt64(1)));
                }
            }
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // The projection has not begun yet: nobody has a standing.
        }

        return found;
    });

    private static Standing StandingOf(NpgsqlDataReader row) => new()
    {
        Good = row.GetInt64(3),
        Bad = row.GetInt64(4),
        Epoch = row.GetInt64(5),
        Receipts = row.GetInt64(6),
        Bytes = row.GetInt64(7),
        Receivers = row.GetInt32(8),
        Forks = row.GetInt32(9),
        Convictions = row.GetInt32(10),
        IsConvicted = row.GetBoolean(11),
        IsBanned = row.GetBoolean(12),
        Index = (ulong)row.GetInt64(13),
    };
}
