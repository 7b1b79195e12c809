using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Ledger.Tests.Projections;

namespace LiveLedger.Ledger.Tests.Recovery;

/// <summary>A database that has lost what was promised is given it back.</summary>
public sealed class RollForwardTests
{
    [Fact]
    public async Task A_restored_older_backup_is_rolled_forward_to_the_same_log_and_goes_on()
    {
        var (options, before, rows) = await RestoredLog.MakeAsync(120, 300);
        await using var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]);
        Assert.StartsWith("log-rolled-back", ledger.State.Halted, StringComparison.Ordinal);

        await ledger.RollForwardAsync();

        Assert.Null(ledger.State.Halted);
        await ledger.AppendTalliesAsync(5);
        await ledger.UntilPublishedAsync(426);
        var after = (await LogAudit.CheckAsync(ledger.Log)).Entries;
        Assert.Equal(before.Select(e => e.Encode()), after.Take(420).Select(e => e.Encode()));
        Assert.Equal("log-rolled-forward", after.Single(e => e.Stream == "log").Type);
        Assert.Equal(426L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger.events"));
        Assert.Equal(0L, await ledger.ExecuteAsync("""
            SELECT count(*) FROM ledger.leaves AS l JOIN ledger.events AS e USING (pos)
            WHERE l.hash <> sha256('\x00'::bytea || e.entry) OR sha256(e.salt || e.payload) <> substr(e.entry, length(e.entry) - 31)
            """));

        // What is written with the events came back with them.
        Assert.Equal(5 + rows, Convert.ToInt64(await ledger.ExecuteAsync($"SELECT sum(version + 1) FROM tallies.tallies"), null));
    }

    [Fact]
    public async Task An_empty_database_is_given_back_everything()
    {
        var (options, before, _) = await RestoredLog.MakeAsync(40, 2300);
        var empty = options with { ConnectionString = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync() };
        await using var ledger = await TestLedger.StartAsync(empty, [Tallies.Inline]);
        Assert.StartsWith("log-rolled-back", ledger.State.Halted, StringComparison.Ordinal);
        await ledger.RollForwardAsync();
        Assert.Equal(before.Select(e => e.Encode()), (await LogAudit.CheckAsync(ledger.Log)).Entries.Take(2340).Select(e => e.Encode()));
    }

    [Fact]
    public async Task Events_that_waited_for_their_index_when_the_backup_was_made_get_the_index_they_had_or_a_new_one()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var options = await TestLedger.NewOptionsAsync();
        string backup;
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.AppendTalliesAsync(10);
            await ledger.UntilPublishedAsync(10);
            await ledger.StopKeepingAsync();
            await ledger.AppendTalliesAsync(10);
        }

        // Ten wait in the backup; five of them got their index after it.
        backup = await cluster.CopyDatabaseAsync(options.ConnectionString);
        await using (var ledger = await TestLedger.StartAsync(options with { BatchInterval = TimeSpan.FromSeconds(1) }))
        {
            await ledger.UntilPublishedAsync(20);
        }

        foreach (var file in JournalFile.In(options.JournalFolder!))
        {
            await file.CutAsync(15);
        }

        File.Delete(options.CheckpointFile);
        await using var restored = await TestLedger.StartAsync(options with { ConnectionString = backup });
        Assert.NotNull(restored.State.Halted);
        await restored.RollForwardAsync();
        await restored.UntilPublishedAsync(21);
        Assert.Equal(21, (await LogAudit.CheckAsync(restored.Log)).Entries.Count);
    }

    [Fact]
    public async Task A_recovery_that_is_cut_off_leaves_the_log_halted_and_can_be_ordered_again()
    {
        foreach (var stage in (RecoveryStage[])[RecoveryStage.Restoring, RecoveryStage.Projecting, RecoveryStage.Opening])
        {
            var (options, before, rows) = await RestoredLog.MakeAsync(100, 1200);
            await using (var cut = await TestLedger.StartAsync(options, [Tallies.Inline], progress =>
            {
                if (progress.Stage == stage)
                {
                    throw new InvalidOperationException("the process is gone");
                }
            }))
            {
                cut.Recovery.BeginRollForward("a test");
                await cut.Recovery.Work;
                Assert.Equal("recovery-failed", cut.Recovery.Failure!.Code);
                Assert.NotNull(cut.State.Halted);
            }

            await using var again = await TestLedger.StartAsync(options, [Tallies.Inline]);
            if (stage != RecoveryStage.Opening)
            {
                Assert.NotNull(again.State.Halted);
                await again.RollForwardAsync();
            }

            Assert.Null(again.State.Halted);
            await again.UntilPublishedAsync(1300);
            Assert.Equal(before.Select(e => e.Encode()), (await LogAudit.CheckAsync(again.Log)).Entries.Take(1300).Select(e => e.Encode()));
            Assert.Equal(rows, Convert.ToInt64(await again.ExecuteAsync($"SELECT sum(version + 1) FROM tallies.tallies"), null));
        }
    }

    // Its sessions end, the next ones come to the older day, and the keeper needs a moment to see it: who appends is faster.
    [Fact]
    public async Task A_process_whose_database_is_put_back_under_it_takes_nothing_more()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var options = await TestLedger.NewOptionsAsync();
        await using (var before = await TestLedger.StartAsync(options, [Tallies.Inline]))
        {
            await before.AppendTalliesAsync(50);
            await before.UntilPublishedAsync(50);
        }

        var backup = await cluster.CopyDatabaseAsync(options.ConnectionString);
        await using var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]);
        await ledger.AppendTalliesAsync(100);
        await ledger.UntilPublishedAsync(150);
        using var end = new CancellationTokenSource();
        var refused = 0;
        var load = Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    await ledger.Events.AppendAsync(new($"{(n % 2 == 0 ? "tally" : "load")}/{n}"), ExpectedVersion.Any, [TestEvents.New()]);
                }
                catch (LedgerUnavailableException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })).ToArray();

        await cluster.PutBackAsync(options.ConnectionString, backup);
        await ledger.UntilAsync(() => ledger.State.Halted is not null, "the log halts");
        await end.CancelAsync();
        await Task.WhenAll(load);

        Assert.True(refused > 0);
        Assert.Equal(50L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger.events"));
        await ledger.RollForwardAsync();
        await ledger.UntilPublishedAsync(151);
        await ledger.AppendTalliesAsync(1);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task When_one_process_has_recovered_the_others_go_on_by_themselves()
    {
        var (options, _, _) = await RestoredLog.MakeAsync(50, 100);
        await using var one = await TestLedger.StartAsync(options, [Tallies.Inline]);
        await using var two = await TestLedger.StartAsync(options, [Tallies.Inline]);
        await one.RollForwardAsync();
        await two.UntilAsync(() => two.State.IsOpen, "the other opens");
        await two.AppendTalliesAsync(1);
        await one.UntilPublishedAsync(152);
        await LogAudit.CheckAsync(two.Log);
    }
}
