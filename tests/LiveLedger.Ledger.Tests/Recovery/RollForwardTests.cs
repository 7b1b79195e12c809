using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Tests.Projections;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests.Recovery;

/// <summary>A database that has lost what was promised is given it back, or stays halted.</summary>
public sealed class RollForwardTests
{
    [Fact]
    public async Task A_restored_older_backup_is_rolled_forward_to_the_same_log_and_goes_on()
    {
        var (options, before, rows) = await RestoredAsync(120, 300);
        await using var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]);
        Assert.StartsWith("log-rolled-back", ledger.State.Halted, StringComparison.Ordinal);

        await RollForwardAsync(ledger);

        Assert.Null(ledger.State.Halted);
        await AppendAsync(ledger, 5);
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
        var (options, before, _) = await RestoredAsync(40, 2300);
        var empty = options with { ConnectionString = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync() };
        await using var ledger = await TestLedger.StartAsync(empty, [Tallies.Inline]);
        Assert.StartsWith("log-rolled-back", ledger.State.Halted, StringComparison.Ordinal);
        await RollForwardAsync(ledger);
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
            await AppendAsync(ledger, 10);
            await ledger.UntilPublishedAsync(10);
            await ledger.StopKeepingAsync();
            await AppendAsync(ledger, 10);
        }

        // Ten wait in the backup; five of them got their index after it.
        backup = await cluster.CopyDatabaseAsync(options.ConnectionString);
        await using (var ledger = await TestLedger.StartAsync(options with { BatchInterval = TimeSpan.FromSeconds(1) }))
        {
            await ledger.UntilPublishedAsync(20);
        }

        foreach (var file in JournalFile.In(options.JournalFolder!))
        {
            await CutAsync(file, 15);
        }

        File.Delete(options.CheckpointFile);
        await using var restored = await TestLedger.StartAsync(options with { ConnectionString = backup });
        Assert.NotNull(restored.State.Halted);
        await RollForwardAsync(restored);
        await restored.UntilPublishedAsync(21);
        Assert.Equal(21, (await LogAudit.CheckAsync(restored.Log)).Entries.Count);
    }

    [Fact]
    public async Task A_recovery_that_is_cut_off_leaves_the_log_halted_and_can_be_ordered_again()
    {
        foreach (var stage in (RecoveryStage[])[RecoveryStage.Restoring, RecoveryStage.Projecting, RecoveryStage.Opening])
        {
            var (options, before, rows) = await RestoredAsync(100, 1200);
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
                await RollForwardAsync(again);
            }

            Assert.Null(again.State.Halted);
            await again.UntilPublishedAsync(1300);
            Assert.Equal(before.Select(e => e.Encode()), (await LogAudit.CheckAsync(again.Log)).Entries.Take(1300).Select(e => e.Encode()));
            Assert.Equal(rows, Convert.ToInt64(await again.ExecuteAsync($"SELECT sum(version + 1) FROM tallies.tallies"), null));
        }
    }

    [Fact]
    public async Task Where_the_journal_has_lost_promised_events_nothing_is_changed_and_the_answer_says_how_many()
    {
        var (options, _, _) = await RestoredAsync(50, 100);
        await CutAsync(JournalFile.In(options.JournalFolder!)[^1], 70);
        var checkpoint = await File.ReadAllBytesAsync(options.CheckpointFile);
        await using var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]);

        ledger.Recovery.BeginRollForward("a test");
        await ledger.Recovery.Work;

        Assert.Equal("recovery-impossible", ledger.Recovery.Failure!.Code);
        Assert.Contains("80 are nowhere here", ledger.Recovery.Failure.Detail, StringComparison.Ordinal);
        Assert.Equal(50L, await ledger.ExecuteAsync("SELECT size FROM ledger.head"));
        Assert.Equal(checkpoint, await File.ReadAllBytesAsync(options.CheckpointFile));
        Assert.NotNull(ledger.State.Halted);
    }

    [Fact]
    public async Task A_forged_journal_is_not_written_into_the_database()
    {
        var (options, _, _) = await RestoredAsync(50, 100);
        var file = JournalFile.In(options.JournalFolder!)[^1];
        var events = file.Read().ToArray();
        var forged = events[^1].Entry.ToArray();
        forged[40] ^= 1;
        File.Delete(file.Path);
        using (var writer = new JournalWriter(options.JournalFolder!, file.First, static _ => { }))
        {
            Array.ForEach(events[..^1], writer.Append);
            writer.Append(events[^1] with { Entry = forged });
            writer.Flush();
        }

        await using var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]);
        ledger.Recovery.BeginRollForward("a test");
        await ledger.Recovery.Work;
        Assert.Equal("recovery-impossible", ledger.Recovery.Failure!.Code);
        Assert.Equal(50L, await ledger.ExecuteAsync("SELECT size FROM ledger.head"));
    }

    [Fact]
    public async Task An_altered_database_is_told_where_it_differs_from_the_journal()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await AppendAsync(ledger, 60);
            await ledger.UntilPublishedAsync(60);
            await ledger.ExecuteAsync("UPDATE ledger.leaves SET hash = sha256(hash) WHERE index = 33");
        }

        await using var altered = await TestLedger.StartAsync(options);
        Assert.StartsWith("log-forked", altered.State.Halted, StringComparison.Ordinal);
        altered.Recovery.BeginExamination();
        await altered.Recovery.Work;
        Assert.Equal(33UL, altered.Recovery.Found!.Differs);
        Assert.False(altered.Recovery.Found.CanRollForward);
        Assert.Contains("the first event that differs from the journal is 33", RecoveryAdvice.Of(altered.Recovery.Found), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_lost_checkpoint_file_is_no_loss_where_the_whole_journal_is_there_and_halts_the_log_where_it_is_not()
    {
        foreach (var whole in (bool[])[true, false])
        {
            var options = await TestLedger.NewOptionsAsync();
            TreeHead head;
            await using (var ledger = await TestLedger.StartAsync(options))
            {
                await AppendAsync(ledger, 60);
                await ledger.UntilPublishedAsync(60);
                await ledger.UntilAsync(() => (bool)ledger.ExecuteAsync("SELECT signed FROM ledger.head").Result!, "the database knows that it has signed");
                head = ledger.Log.Head();
            }

            File.Delete(options.CheckpointFile);
            if (!whole)
            {
                File.Delete(JournalFile.In(options.JournalFolder!)[0].Path);
            }

            await using var lost = await TestLedger.StartAsync(options);
            Assert.StartsWith("checkpoint-missing", lost.State.Halted, StringComparison.Ordinal);
            if (whole)
            {
                await RollForwardAsync(lost);
                await lost.UntilPublishedAsync(61);
                var proof = (await lost.Log.ConsistencyAsync(head.Size, lost.Log.Head().Size))!;
                Assert.Equal(ProofResult.Valid, proof.Verify(head.Root, lost.Log.Head().Root));
            }
            else
            {
                lost.Recovery.BeginRollForward("a test");
                await lost.Recovery.Work;
                Assert.Equal("recovery-impossible", lost.Recovery.Failure!.Code);
            }
        }
    }

    [Fact]
    public async Task An_older_checkpoint_file_is_replaced_by_the_newest_that_our_key_has_signed_never_by_a_new_signature()
    {
        var options = await TestLedger.NewOptionsAsync();
        byte[] old, last;
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await AppendAsync(ledger, 10);
            await ledger.UntilPublishedAsync(10);
            old = ledger.Log.Checkpoint()!;
            await AppendAsync(ledger, 10);
            await ledger.UntilPublishedAsync(20);
            last = ledger.Log.Checkpoint()!;
        }

        // What witnesses had cosigned lies beside it.
        await File.WriteAllBytesAsync(options.CheckpointFile + ".cosigned", last);
        await File.WriteAllBytesAsync(options.CheckpointFile, old);
        await using var halted = await TestLedger.StartAsync(options);
        Assert.StartsWith("checkpoint-rolled-back", halted.State.Halted, StringComparison.Ordinal);
        await RollForwardAsync(halted);
        await halted.UntilPublishedAsync(21);
        await LogAudit.CheckAsync(halted.Log);
    }

    [Fact]
    public async Task Events_taken_by_somebody_after_the_restore_are_not_written_over()
    {
        var (options, _, _) = await RestoredAsync(50, 100);
        await using var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]);
        await using (var session = await ledger.Database.Source.OpenConnectionAsync())
        {
            ledger.Database.Checked(await LedgerDatabase.IncarnationAsync(session, default));
        }

        var careless = new EventStore(ledger.Database, new OpenState().State, TimeProvider.System);
        await careless.AppendAsync(new("tally/0"), ExpectedVersion.Any, [TestEvents.New()]);

        ledger.Recovery.BeginRollForward("a test");
        await ledger.Recovery.Work;

        Assert.Equal("recovery-conflict", ledger.Recovery.Failure!.Code);
        Assert.Equal(50L, await ledger.ExecuteAsync("SELECT size FROM ledger.head"));
        Assert.Equal(51L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger.events"));
        Assert.NotNull(ledger.State.Halted);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(3_000_000)]
    public async Task A_checkpoint_file_that_nobody_can_read_is_set_aside(int length)
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await AppendAsync(ledger, 20);
            await ledger.UntilPublishedAsync(20);
        }

        File.Delete(options.CheckpointFile + ".cosigned");
        await File.WriteAllBytesAsync(options.CheckpointFile, new byte[length]);
        await using var halted = await TestLedger.StartAsync(options);
        Assert.StartsWith("checkpoint-unreadable", halted.State.Halted, StringComparison.Ordinal);
        await RollForwardAsync(halted);
        await halted.UntilPublishedAsync(21);
        await LogAudit.CheckAsync(halted.Log);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(options.CheckpointFile)!, "checkpoint.unreadable-*"));
    }

    // Its sessions end, the next ones come to the older day, and the keeper needs a moment to see it: who appends is faster.
    [Fact]
    public async Task A_process_whose_database_is_put_back_under_it_takes_nothing_more()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var options = await TestLedger.NewOptionsAsync();
        await using (var before = await TestLedger.StartAsync(options, [Tallies.Inline]))
        {
            await AppendAsync(before, 50);
            await before.UntilPublishedAsync(50);
        }

        var backup = await cluster.CopyDatabaseAsync(options.ConnectionString);
        await using var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]);
        await AppendAsync(ledger, 100);
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
        await RollForwardAsync(ledger);
        await ledger.UntilPublishedAsync(151);
        await AppendAsync(ledger, 1);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task When_one_process_has_recovered_the_others_go_on_by_themselves()
    {
        var (options, _, _) = await RestoredAsync(50, 100);
        await using var one = await TestLedger.StartAsync(options, [Tallies.Inline]);
        await using var two = await TestLedger.StartAsync(options, [Tallies.Inline]);
        await RollForwardAsync(one);
        await two.UntilAsync(() => two.State.IsOpen, "the other opens");
        await AppendAsync(two, 1);
        await one.UntilPublishedAsync(152);
        await LogAudit.CheckAsync(two.Log);
    }

    [Fact]
    public async Task A_log_that_has_not_halted_takes_no_such_order()
    {
        await using var ledger = await TestLedger.StartAsync();
        Assert.Equal("log-not-halted", Assert.Throws<RefusedException>(() => ledger.Recovery.BeginRollForward("a test")).Refusal.Code);
    }

    // A log of so many events, a backup of it, more events; then the backup is the database, beside files that remember all.
    private static async Task<(LedgerOptions Options, IReadOnlyList<LedgerEntry> Entries, long Rows)> RestoredAsync(int first, int more)
    {
        var cluster = await PostgresCluster.SharedAsync();
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]))
        {
            await AppendAsync(ledger, first);
            await ledger.UntilPublishedAsync(first);
        }

        var backup = await cluster.CopyDatabaseAsync(options.ConnectionString);
        await using (var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]))
        {
            await AppendAsync(ledger, more);
            await ledger.UntilPublishedAsync(first + more);
            return (options with { ConnectionString = backup }, (await LogAudit.CheckAsync(ledger.Log)).Entries,
                Convert.ToInt64(await ledger.ExecuteAsync($"SELECT sum(version + 1) FROM tallies.tallies"), null));
        }
    }

    private static async Task RollForwardAsync(TestLedger ledger)
    {
        ledger.Recovery.BeginRollForward("a test");
        await ledger.Recovery.Work;
        Assert.Null(ledger.Recovery.Failure);
    }

    private static async Task AppendAsync(TestLedger ledger, int count)
    {
        for (var done = 0; done < count; done += 100)
        {
            await ledger.Events.AppendAsync(new($"tally/{done / 100 % 3}"), ExpectedVersion.Any, [.. Enumerable.Range(0, Math.Min(100, count - done)).Select(TestEvents.New)]);
        }
    }

    // The file ends before the event of this index.
    private static async Task CutAsync(JournalFile file, ulong index)
    {
        if (index > file.First)
        {
            var length = 16 + file.Read().Take((int)(index - file.First)).Sum(e => (long)JournalFrame.HeaderLength + e.BodyLength);
            await using var open = new FileStream(file.Path, FileMode.Open);
            open.SetLength(Math.Min(length, open.Length));
        }
        else
        {
            File.Delete(file.Path);
        }
    }

    private sealed class OpenState
    {
        public LedgerState State { get; } = new();

        public OpenState() => State.Open(0);
    }
}
