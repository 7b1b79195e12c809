using LiveLedger.Ledger.Schema;
using LiveLedger.Transparency.Tree;
using Npgsql;

namespace LiveLedger.Ledger.Projections;

/// <summary>A projection's place and tables, over the one session that holds its lock.</summary>
internal sealed class ProjectionTables(NpgsqlConnection connection, AsyncProjection projection, Upcasters? upcasters = null)
{
    /// <summary>Most events of one batch.</summary>
    public const int BatchSize = 2000;

    // Any number will do as long as it is nobody else's; the second half of the lock is the projection's name.
    private const int RunnerLock = 0x4C4C_0003;

    // Payloads go up to a MiB each.
    private const long BatchBytes = 16 * 1024 * 1024;

    private static readonly string s_read = Sql.Load("Projections/read_projection.sql");
    private static readonly string s_add = Sql.Load("Projections/add_projection.sql");
    private static readonly string s_addInline = Sql.Load("Projections/add_inline.sql");
    private static readonly string s_batch = Sql.Load("Projections/read_batch.sql");
    private static readonly string s_advance = Sql.Load("Projections/advance_projection.sql");
    private static readonly string s_advanceRebuild = Sql.Load("Projections/advance_rebuild.sql");
    private static readonly string s_request = Sql.Load("Projections/request_rebuild.sql");
    private static readonly string s_begin = Sql.Load("Projections/begin_rebuild.sql");

    public async Task<ProjectionPlace?> ReadAsync(CancellationToken cancel)
    {
        await using var command = Command(s_read, null, projection.Name);
        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel)
            ? new(projection.Name, row.GetInt32(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetInt32(3), row.IsDBNull(4) ? null : row.GetInt64(4))
            : null;
    }

    /// <summary>Makes the empty live tables of a projection that this database does not know.</summary>
    public Task AddAsync(CancellationToken cancel) => AddAsync(Command(s_add, null, projection.Name, projection.Version), cancel);

    /// <summary>As above, of inline tables: nobody writes into them before they were rebuilt once.</summary>
    public Task AddInlineAsync(CancellationToken cancel) => AddAsync(Command(s_addInline, null, projection.Name), cancel);

    /// <summary>Makes the empty tables of a rebuild.</summary>
    public async Task BeginRebuildAsync(CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await MakeTablesAsync(Rebuilt, transaction, cancel);
        await using var begin = Command(s_begin, transaction, projection.Name, projection.Version);
        await begin.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    /// <summary>The next events from an index on, a batch of them at most.</summary>
    public async Task<IReadOnlyList<LoggedEvent>> ReadBatchAsync(long from, CancellationToken cancel)
    {
        await using var command = Command(s_batch, null, from, BatchSize, BatchBytes);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var events = new List<LoggedEvent>();
        while (await rows.ReadAsync(cancel))
        {
            var index = rows.GetInt64(0);
            if (index != from + events.Count)
            {
                throw new InvalidDataException($"leaf {from + events.Count} is missing from the log");
            }

            var stored = EventEncoding.Decode(rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2));
            events.Add(new(new((ulong)index), projection.AsAppended || upcasters is null ? stored : upcasters.ToLatest(stored)));
        }

        return events;
    }

    /// <summary>Writes the rows of events and moves the place behind them, in one transaction.</summary>
    /// <param name="place">Where the projection is believed to be.</param>
    /// <param name="rebuild">In the tables being rebuilt, not in the live ones.</param>
    /// <param name="events">The events at that place.</param>
    /// <param name="written">Told before the commit: a fault test fails there.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="ProjectionMovedException">The projection is elsewhere; nothing was written.</exception>
    public async Task ApplyAsync(ProjectionPlace place, bool rebuild, IReadOnlyList<LoggedEvent> events, Action written, CancellationToken cancel)
    {
        var from = rebuild ? place.RebuildNext!.Value : place.Next;
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var advance = Command(rebuild ? s_advanceRebuild : s_advance, transaction, projection.Name, place.Generation, from, from + events.Count);
        if (await advance.ExecuteNonQueryAsync(cancel) != 1)
        {
            throw new ProjectionMovedException(projection.Name);
        }

        await SetPathAsync(rebuild ? Rebuilt : projection.Name, transaction, cancel);
        await projection.Apply(transaction, events, cancel);
        written();

        // A crash up to here leaves neither rows nor place; from here on both. The next runner goes on from the place it finds.
        await transaction.CommitAsync(cancel);
    }

    /// <summary>Puts the rebuilt tables in the place of the live ones.</summary>
    public async Task SwapAsync(CancellationToken cancel)
    {
        await using var swap = Command("SELECT ledger.swap_projection($1)", null, projection.Name);
        await swap.ExecuteNonQueryAsync(cancel);
    }

    /// <summary>Drops what a swap has replaced; false if somebody still reads it.</summary>
    public async Task<bool> TryDropReplacedAsync(CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        try
        {
            // While this waits, readers of the old tables queue behind it.
            await using var limit = Command("SET LOCAL lock_timeout = '200ms'", transaction);
            await limit.ExecuteNonQueryAsync(cancel);
            await using var drop = Command("SELECT ledger.drop_replaced_projection($1)", transaction, projection.Name);
            await drop.ExecuteNonQueryAsync(cancel);
            await transaction.CommitAsync(cancel);
            return true;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            return false;
        }
    }

    /// <summary>Asks for a rebuild; false if there is one, or no such projection.</summary>
    public static async Task<bool> RequestRebuildAsync(LedgerDatabase database, string name, CancellationToken cancel)
    {
        await using var command = database.Source.CreateCommand(s_request);
        command.Parameters.Add(new() { Value = name });
        return await command.ExecuteNonQueryAsync(cancel) == 1;
    }

    /// <summary>Makes the transaction's statements mean the tables being rebuilt.</summary>
    public Task EnterRebuiltAsync(NpgsqlTransaction transaction, CancellationToken cancel) => SetPathAsync(Rebuilt, transaction, cancel);

    /// <summary>Takes a projection's lock for this session if nobody holds it. It goes with the session, however that ends.</summary>
    public static async Task<bool> TryLeadAsync(NpgsqlConnection connection, string name, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({RunnerLock}, hashtext($1))", connection) { Parameters = { new() { Value = name } } };
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>A plan kept for any batch was made while the tables were small, and reads all events for each: a ninth of the speed, measured on a million.</summary>
    public static async Task PlanEachBatchAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var plans = new NpgsqlCommand("SET plan_cache_mode = force_custom_plan", connection);
        await plans.ExecuteNonQueryAsync(cancel);
    }

    private async Task AddAsync(NpgsqlCommand add, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await MakeTablesAsync(projection.Name, transaction, cancel);
        add.Transaction = transaction;
        await add.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
    }

    private string Rebuilt => projection.Name + "_next";

    private async Task MakeTablesAsync(string schema, NpgsqlTransaction transaction, CancellationToken cancel)
    {
        await using var make = Command("SELECT ledger.make_projection_schema($1)", transaction, schema);
        await make.ExecuteNonQueryAsync(cancel);
        await SetPathAsync(schema, transaction, cancel);
        await using var tables = Command(projection.Tables, transaction);
        await tables.ExecuteNonQueryAsync(cancel);
    }

    // For this transaction only.
    private async Task SetPathAsync(string schema, NpgsqlTransaction transaction, CancellationToken cancel)
    {
        await using var command = Command("SELECT set_config('search_path', $1, true)", transaction, schema);
        await command.ExecuteNonQueryAsync(cancel);
    }

    private NpgsqlCommand Command(string sql, NpgsqlTransaction? transaction, params ReadOnlySpan<object> values)
    {
        var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}

/// <summary>A projection is not where this runner left it: another has run it, or swapped its tables. Begin again from what is there.</summary>
internal sealed class ProjectionMovedException(string name) : Exception($"the projection {name} has been moved by somebody else");
