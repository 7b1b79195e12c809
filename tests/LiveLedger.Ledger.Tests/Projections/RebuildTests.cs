using System.Diagnostics;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Projections;
using Npgsql;

namespace LiveLedger.Ledger.Tests.Projections;

public sealed class RebuildTests
{
    [Fact]
    public async Task A_rebuild_gives_byte_identical_rows_while_appends_and_reads_go_on()
    {
        await using var ledger = await TestLedger.StartAsync();
        await using var index = await RunningProjection.StartAsync(ledger);
        await ProjectionTests.AppendAsync(ledger, 3000);
        await index.UntilAsync(3000);

        using var over = new CancellationTokenSource();
        var appended = Task.Run(async () =>
        {
            var count = 3000;
            for (; !over.IsCancellationRequested; count += 14)
            {
                await ProjectionTests.AppendAsync(ledger, 14);
            }

            return count;
        });
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var (reads, seen) = (0, 0L);
            for (; !over.IsCancellationRequested; reads++)
            {
                // Whole at any time: no gap, and never less than before.
                await using var command = ledger.Database.Source.CreateCommand("SELECT count(*), coalesce(max(index), -1) FROM ledger_index.entries");
                await using var row = await command.ExecuteReaderAsync();
                await row.ReadAsync();
                Assert.Equal(row.GetInt64(1) + 1, row.GetInt64(0));
                Assert.True(row.GetInt64(0) >= seen, $"{row.GetInt64(0)} rows after {seen}");
                seen = row.GetInt64(0);
            }

            return reads;
        })).ToArray();
        for (var round = 0; round < 3; round++)
        {
            await index.RebuildAsync();
        }

        await over.CancelAsync();
        Assert.All(await Task.WhenAll(readers), reads => Assert.True(reads > 10));
        var total = await appended;
        await index.UntilAsync(total);
        var live = await index.RowsAsync();
        await index.RebuildAsync();
        Assert.Equal(live, await index.RowsAsync());
        Assert.Equal((long)total, await ledger.ExecuteAsync("SELECT count(*) FROM ledger_index.entries"));
        await ledger.UntilPublishedAsync(total);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task A_rebuild_puts_right_what_was_changed_behind_the_ledgers_back()
    {
        await using var ledger = await TestLedger.StartAsync();
        await using var index = await RunningProjection.StartAsync(ledger);
        await ProjectionTests.AppendAsync(ledger, 50);
        await index.UntilAsync(50);
        var right = await index.RowsAsync();

        await ledger.ExecuteAsync("DELETE FROM ledger_index.entries WHERE index = 7; UPDATE ledger_index.streams SET version = version - 1");
        Assert.NotEqual(right, await index.RowsAsync());
        await index.RebuildAsync();
        Assert.Equal(right, await index.RowsAsync());
        await ledger.UntilPublishedAsync(50);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task A_swap_waits_for_no_reader_and_its_old_tables_go_when_the_last_has_left()
    {
        await using var ledger = await TestLedger.StartAsync();
        await using var index = await RunningProjection.StartAsync(ledger);
        await ProjectionTests.AppendAsync(ledger, 20);
        await index.UntilAsync(20);

        await using (var connection = await ledger.Database.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var read = new NpgsqlCommand("SELECT count(*) FROM ledger_index.entries", connection, transaction);
            await read.ExecuteScalarAsync();
            await index.RebuildAsync();
            Assert.Equal(20L, await read.ExecuteScalarAsync());

            // The live tables follow the log meanwhile.
            await ProjectionTests.AppendAsync(ledger, 5);
            await index.UntilAsync(25);
            Assert.True(await OldTablesAsync());
        }

        var waiting = Stopwatch.StartNew();
        while (await OldTablesAsync())
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(20), "the old tables are dropped");
            await Task.Delay(20);
        }

        await ledger.UntilPublishedAsync(25);
        await LogAudit.CheckAsync(ledger.Log);

        async Task<bool> OldTablesAsync() => (bool)(await ledger.ExecuteAsync("SELECT to_regclass('ledger_index_old.entries') IS NOT NULL"))!;
    }

    [Fact]
    public async Task Tables_of_an_older_version_answer_until_new_ones_take_their_place_and_those_of_a_newer_are_left_alone()
    {
        await using var ledger = await TestLedger.StartAsync();
        await using (var old = await RunningProjection.StartAsync(ledger))
        {
            await ProjectionTests.AppendAsync(ledger, 20);
            await old.UntilAsync(20);
        }

        var gate = new SemaphoreSlim(0);
        var newer = RunningProjection.AuditIndex with { Version = 2, Tables = RunningProjection.AuditIndex.Tables + "CREATE TABLE extra (id int);" };
        await using (var upgraded = await RunningProjection.StartAsync(ledger, newer, at =>
        {
            if (at == ProjectionStep.CaughtUp)
            {
                gate.Wait(TimeSpan.FromSeconds(20));
            }
        }))
        {
            await upgraded.UntilAsync(p => p.RebuildNext == 20, "the new version has caught up");
            Assert.Equal((1, 1L), await upgraded.PlaceAsync() is { } before ? (before.Version, before.Generation) : default);
            Assert.Equal(20L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger_index.entries"));
            gate.Release();
            await upgraded.UntilAsync(p => p.Version == 2 && p.Generation == 2, "the new version is live");
            Assert.Equal(0L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger_index.extra"));
        }

        await using var late = await RunningProjection.StartAsync(ledger);
        await ProjectionTests.AppendAsync(ledger, 5);
        await ledger.UntilAsync(() => late.Lines.Any(l => l.Contains("a newer version", StringComparison.Ordinal)), "the older program sees that it is older");
        Assert.Equal(20L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger_index.entries"));
        await ledger.UntilPublishedAsync(25);
        await LogAudit.CheckAsync(ledger.Log);
    }
}
