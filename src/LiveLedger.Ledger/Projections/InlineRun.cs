using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Ledger.Projections;

/// <summary>
/// Rebuilds one set of inline tables, over the session that holds the projection's lock: new tables by index, batch by batch, while appends
/// write the live ones; then, with appends kept out for a moment, what has no index yet, and the swap.
/// </summary>
internal sealed class InlineRun(NpgsqlConnection connection, InlineTables inline, Upcasters upcasters, Action<ProjectionStep> reached)
{
    // A hundred payloads of a MiB at the worst.
    private const int TailPage = 100;

    private static readonly string s_tail = Sql.Load("Projections/open_inline_tail.sql");

    private readonly ProjectionTables _tables = new(connection, inline.ByIndex, upcasters);

    /// <summary>Makes the tables if they are not there, and rebuilds them if they are of an older version or somebody asked.</summary>
    /// <param name="always">Rebuilds them in any case.</param>
    /// <param name="cancel">Ends the call; the rebuild goes on from there when it is called again.</param>
    /// <returns>True if they were rebuilt.</returns>
    /// <exception cref="ProjectionNewerException">A newer version of the program has filled the tables.</exception>
    public async Task<bool> RunAsync(bool always, CancellationToken cancel)
    {
        if (await _tables.ReadAsync(cancel) is not { } place)
        {
            await _tables.AddInlineAsync(cancel);
            reached(ProjectionStep.Added);
            place = (await _tables.ReadAsync(cancel))!;
        }

        if (place.Version > inline.Version || place.RebuildVersion > inline.Version)
        {
            throw new ProjectionNewerException(inline.Name);
        }

        if (!always && place.Version == inline.Version && place.RebuildVersion is null)
        {
            return false;
        }

        // Begun by a runner that ended: its rows and its place were committed together. But whoever demands a rebuild demands it of all rows.
        if (always || place.RebuildVersion != inline.Version || place.RebuildNext is null)
        {
            await _tables.BeginRebuildAsync(cancel);
            reached(ProjectionStep.RebuildBegun);
        }

        do
        {
            await CatchUpAsync(cancel);
            reached(ProjectionStep.CaughtUp);
        }
        while (!await _tables.TryDropReplacedAsync(cancel) || !await TrySwapAsync(cancel));

        reached(ProjectionStep.Swapped);
        await _tables.TryDropReplacedAsync(cancel);
        return true;
    }

    private async Task CatchUpAsync(CancellationToken cancel)
    {
        while (true)
        {
            var place = await PlaceAsync(cancel);
            var events = await _tables.ReadBatchAsync(place.RebuildNext!.Value, cancel);
            if (events.Count == 0)
            {
                return;
            }

            await _tables.ApplyAsync(place, rebuild: true, events, () => reached(ProjectionStep.RebuildWritten), cancel);
            reached(ProjectionStep.RebuildCommitted);
        }
    }

    // False if an append held its lock for too long: those that come behind it must not wait for us as well.
    private async Task<bool> TrySwapAsync(CancellationToken cancel)
    {
        var place = await PlaceAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        try
        {
            await ExecuteAsync("SET LOCAL lock_timeout = '300ms'");
            await ExecuteAsync("SELECT ledger.close_inline($1)", inline.Name);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected)
        {
            return false;
        }

        await ExecuteAsync(s_tail, place.RebuildNext!.Value, inline.Streams);
        await _tables.EnterRebuiltAsync(transaction, cancel);
        while (await FetchAsync(transaction, cancel) is { Count: > 0 } rest)
        {
            await inline.Apply(transaction, rest, cancel);
        }

        await ExecuteAsync("CLOSE inline_tail");
        await ExecuteAsync("SELECT ledger.swap_projection($1)", inline.Name);
        await transaction.CommitAsync(cancel);
        return true;

        async Task ExecuteAsync(string sql, params object[] values)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            foreach (var value in values)
            {
                command.Parameters.Add(new() { Value = value });
            }

            await command.ExecuteNonQueryAsync(cancel);
        }
    }

    private async Task<List<StoredEvent>> FetchAsync(NpgsqlTransaction transaction, CancellationToken cancel)
    {
        await using var fetch = new NpgsqlCommand($"FETCH {TailPage} FROM inline_tail", connection, transaction);
        await using var rows = await fetch.ExecuteReaderAsync(cancel);
        var events = new List<StoredEvent>(TailPage);
        while (await rows.ReadAsync(cancel))
        {
            events.Add(upcasters.ToLatest(EventEncoding.Decode(rows.GetFieldValue<byte[]>(0), rows.GetFieldValue<byte[]>(1))));
        }

        return events;
    }

    private async Task<ProjectionPlace> PlaceAsync(CancellationToken cancel) =>
        await _tables.ReadAsync(cancel) is { RebuildNext: not null } place ? place : throw new ProjectionMovedException(inline.Name);
}
