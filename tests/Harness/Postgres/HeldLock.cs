using System.Diagnostics;
using Npgsql;

namespace LiveLedger.Harness.Postgres;

/// <summary>A lock in a database, held by a session of its own: whoever wants it waits until the test lets go.</summary>
public sealed class HeldLock : IAsyncDisposable
{
    private readonly NpgsqlConnection _session;

    private HeldLock(NpgsqlConnection session) => _session = session;

    /// <summary>Holds what a statement locks until its transaction ends.</summary>
    public static async Task<HeldLock> TakeAsync(string connectionString, string sql)
    {
        // Not of the pool: its end is the lock's.
        var session = new NpgsqlConnection(connectionString + ";Pooling=false");
        await session.OpenAsync();
        var held = new HeldLock(session);
        await held.RunAsync("BEGIN");
        await held.RunAsync(sql);
        return held;
    }

    /// <summary>
    /// Holds the answers to those who read a table: they see it as it is when they ask, and are answered when the test lets go, as if the database were far away.
    /// For reads that find a row; who writes goes on.
    /// </summary>
    /// <param name="connectionString">The database.</param>
    /// <param name="table">The table, with its schema.</param>
    /// <param name="after">Rows that are read before the first answer is held.</param>
    public static Task<HeldLock> AnswersAsync(string connectionString, string table, int after = 0) => TakeAsync(connectionString, $"""
        ALTER TABLE {table} RENAME TO {table.Split('.')[^1]}_in_place;
        CREATE SEQUENCE {table}_reads;
        CREATE VIEW {table} AS SELECT * FROM {table}_in_place
            WHERE CASE WHEN nextval('{table}_reads') > {after} THEN pg_advisory_xact_lock_shared(1) IS NOT NULL ELSE true END;
        COMMIT; BEGIN;
        SELECT pg_advisory_xact_lock(1)
        """);

    /// <summary>How many wait for it.</summary>
    public async Task<long> WaitingAsync()
    {
        // Not pg_stat_activity, which a transaction sees as it was when it first looked.
        await using var count = new NpgsqlCommand("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))", _session);
        return (long)(await count.ExecuteScalarAsync())!;
    }

    /// <summary>Waits until so many do, not for ever.</summary>
    public async Task UntilWaitingAsync(int many = 1)
    {
        for (var waiting = Stopwatch.StartNew(); await WaitingAsync() is var there && there < many; await Task.Delay(10))
        {
            if (waiting.Elapsed > TimeSpan.FromSeconds(20))
            {
                throw new TimeoutException($"{there} of {many} wait for the lock");
            }
        }
    }

    /// <summary>Lets them go on.</summary>
    public Task LetGoAsync() => RunAsync("ROLLBACK");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _session.DisposeAsync();

    private async Task RunAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _session);
        await command.ExecuteNonQueryAsync();
    }
}
