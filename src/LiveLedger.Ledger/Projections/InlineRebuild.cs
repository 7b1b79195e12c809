using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Ledger.Projections;

/// <summary>
/// Makes inline tables and makes them again from the log, whether it is open or not: a rebuild reads events that wait for their index as well,
/// so it needs no sequencer.
/// </summary>
public sealed class InlineRebuild
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);
    private static readonly string s_requests = Sql.Load("Projections/list_inline_requests.sql");

    private readonly LedgerDatabase _database;
    private readonly InlineTables[] _tables;
    private readonly Upcasters _upcasters;
    private readonly TimeProvider _time;
    private readonly Action<ProjectionStep> _reached;

    /// <summary>Of these tables.</summary>
    public InlineRebuild(LedgerDatabase database, IEnumerable<InlineTables> tables, Upcasters upcasters, TimeProvider time)
        : this(database, tables, upcasters, time, static _ => { })
    {
    }

    /// <summary>As above; <paramref name="reached"/> is told each step, and a fault test fails there.</summary>
    internal InlineRebuild(LedgerDatabase database, IEnumerable<InlineTables> tables, Upcasters upcasters, TimeProvider time, Action<ProjectionStep> reached) =>
        (_database, _tables, _upcasters, _time, _reached) = (database, [.. tables], upcasters, time, reached);

    /// <summary>Makes what is missing and rebuilds what an older version has filled: appends are refused until then. The ledger's schema must be up to date.</summary>
    /// <exception cref="NpgsqlException">The database is away; nothing half done is live.</exception>
    /// <exception cref="ProjectionNewerException">A newer version of the program has filled some tables.</exception>
    public Task PrepareAsync(CancellationToken cancel = default) => RunAsync(_tables, always: false, cancel);

    /// <summary>Rebuilds all inline tables from the events, e.g. after events were put into the database behind the appends. The ledger's schema must be up to date.</summary>
    /// <inheritdoc cref="PrepareAsync"/>
    public Task RebuildAllAsync(CancellationToken cancel = default) => RunAsync(_tables, always: true, cancel);

    /// <summary>Rebuilds what somebody has asked for.</summary>
    /// <returns>The names of what was rebuilt here; what another process is at is left to it.</returns>
    internal async Task<IReadOnlyList<string>> RunRequestedAsync(CancellationToken cancel)
    {
        var asked = new List<string>();
        await using (var command = _database.Source.CreateCommand(s_requests))
        await using (var rows = await command.ExecuteReaderAsync(cancel))
        {
            while (await rows.ReadAsync(cancel))
            {
                asked.Add(rows.GetString(0));
            }
        }

        var done = new List<string>();
        foreach (var table in _tables.Where(t => asked.Contains(t.Name)))
        {
            await using var connection = await OpenAsync(cancel);
            if (await ProjectionTables.TryLeadAsync(connection, table.Name, cancel) && await new InlineRun(connection, table, _upcasters, _reached).RunAsync(always: false, cancel))
            {
                done.Add(table.Name);
            }
        }

        return done;
    }

    private async Task RunAsync(IReadOnlyList<InlineTables> tables, bool always, CancellationToken cancel)
    {
        foreach (var table in tables)
        {
            await using var connection = await OpenAsync(cancel);
            while (!await ProjectionTables.TryLeadAsync(connection, table.Name, cancel))
            {
                await Task.Delay(s_look, _time, cancel);
            }

            await new InlineRun(connection, table, _upcasters, _reached).RunAsync(always, cancel);
        }
    }

    // Its own session: it holds the projection's lock, which goes with it.
    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancel)
    {
        var connection = await _database.Unpooled.OpenConnectionAsync(cancel);
        await ProjectionTables.PlanEachBatchAsync(connection, cancel);
        return connection;
    }
}
