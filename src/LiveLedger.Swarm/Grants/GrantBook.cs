using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;
using LiveLedger.Media;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Swarm.Grants;

/// <summary>Gives relays their grants, withdraws and finds them.</summary>
internal sealed class GrantBook(EventStore ledger, LedgerDatabase database, TimeProvider time)
{
    private static readonly string s_read = Load("read_grant.sql");
    private static readonly string s_list = Load("list_grants.sql");

    /// <summary>Gives a grant.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away. Whether it was given is unknown; one too many can be withdrawn.</exception>
    public async Task<RelayGrant> GiveAsync(BroadcastId? broadcast, string name, string origin, long? uploadLimit, string actor, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var grant = new RelayGrant(Guid.CreateVersion7(now), broadcast, name, origin, uploadLimit, now, WithdrawnAt: null);
        var appended = await ledger.AppendAsync(GrantEvents.StreamOf(grant.Id), ExpectedVersion.NoStream, [GrantEvents.Granted(time, grant, actor)], cancel);
        return grant with { GrantedAt = appended.RecordedAt ?? now };
    }

    /// <summary>Withdraws a grant; one that is stays so. Null if there is no such grant.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; withdraw again.</exception>
    public async Task<RelayGrant?> WithdrawAsync(BroadcastId? broadcast, Guid id, string actor, CancellationToken cancel)
    {
        while (true)
        {
            // The version before the row: whoever comes between makes the append fail, and it is looked at anew.
            var version = await ledger.StreamVersionAsync(GrantEvents.StreamOf(id), cancel);
            if (await FindAsync(id, cancel) is not { } grant || grant.Broadcast != broadcast)
            {
                return null;
            }

            if (grant.WithdrawnAt is not null || (await ledger.AppendAsync(GrantEvents.StreamOf(id), ExpectedVersion.Exactly(version), [GrantEvents.Withdrawn(time, broadcast, actor)], cancel)).IsStored)
            {
                return grant;
            }
        }
    }

    /// <summary>A grant by its id.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<RelayGrant?> FindAsync(Guid id, CancellationToken cancel) => (await QueryAsync(s_read, new() { Value = id }, cancel)).SingleOrDefault();

    /// <summary>The grants of a broadcast; for null those for all broadcasts.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<RelayGrant>> ListAsync(BroadcastId? broadcast, CancellationToken cancel) =>
        QueryAsync(s_list, new() { Value = (object?)broadcast?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }, cancel);

    private Task<IReadOnlyList<RelayGrant>> QueryAsync(string sql, NpgsqlParameter parameter, CancellationToken cancel) => LedgerUnavailableException.GuardAsync<IReadOnlyList<RelayGrant>>(async () =>
    {
        await using var command = database.Source.CreateCommand(sql);
        command.Parameters.Add(parameter);
        var grants = new List<RelayGrant>();
        await using var row = await command.ExecuteReaderAsync(cancel);
        while (await row.ReadAsync(cancel))
        {
            grants.Add(new(
                row.GetGuid(0), row.IsDBNull(1) ? null : new BroadcastId(row.GetGuid(1)), row.GetString(2), row.GetString(3), row.IsDBNull(4) ? null : row.GetInt64(4),
                row.GetFieldValue<DateTimeOffset>(5), row.IsDBNull(6) ? null : row.GetFieldValue<DateTimeOffset>(6),
                row.IsDBNull(7) ? null : row.GetFieldValue<DateTimeOffset>(7)));
        }

        return grants;
    });

    private static string Load(string name) => Sql.Load(typeof(GrantBook).Assembly, $"Grants/{name}");
}
