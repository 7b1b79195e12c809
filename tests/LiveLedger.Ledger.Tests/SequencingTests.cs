using System.Collections.Concurrent;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Embedded;
using LiveLedger.Ledger.Sequencing;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

public sealed class SequencingTests
{
    [Fact]
    public async Task Two_appenders_and_two_sequencers_lose_nothing_and_keep_every_stream_in_order()
    {
        const int clients = 16, perClient = 400, streams = 24;
        var within = new WithinAppends();
        await using var one = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [within.Inline]);
        await using var two = await TestLedger.StartAsync(one.Options, [within.Inline]);
        var stored = new ConcurrentBag<Guid>();
        var rolledBack = new ConcurrentBag<Guid>();

        // Somebody else's transaction that wrote first and stays open for the whole run: it must stop nothing.
        await using var idle = new NpgsqlConnection(one.Options.ConnectionString);
        await idle.OpenAsync();
        await using var open = await idle.BeginTransactionAsync();
        await using (var write = new NpgsqlCommand("CREATE TABLE unrelated ()", idle, open))
        {
            await write.ExecuteNonQueryAsync();
        }

        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(client);
            var ledger = client % 2 == 0 ? one : two;
            for (var done = 0; done < perClient;)
            {
                var stream = new StreamName($"test/{random.Next(streams)}");
                NewEvent[] events = [.. Enumerable.Range(0, random.Next(10) == 0 ? 20 : random.Next(1, 4)).Select(TestEvents.New)];
                var fate = random.Next(10);
                try
                {
                    // A third writes something else in the same transaction and dawdles; some of these roll back.
                    if (fate <= 2)
                    {
                        within.Do(events[0].Id, async (transaction, first) =>
                        {
                            await WithinAppends.WriteAsync(transaction, first);
                            await Task.Delay(random.Next(4));
                            if (fate == 0)
                            {
                                throw new InvalidOperationException("rolled back");
                            }
                        });
                    }

                    var result = await ledger.Events.AppendAsync(stream, ExpectedVersion.Any, events);
                    Assert.Equal(AppendOutcome.Appended, result.Outcome);
                    Array.ForEach(events, e => stored.Add(e.Id));
                }
                catch (InvalidOperationException)
                {
                    Array.ForEach(events, e => rolledBack.Add(e.Id));
                }

                done += 1;
            }
        })));

        await one.UntilPublishedAsync(stored.Count);
        await open.CommitAsync();
        var audited = await LogAudit.CheckAsync(two.Log);
        Assert.Equal(stored.Order(), audited.Entries.Select(e => e.EventId).Order());
        Assert.Empty(rolledBack.Intersect(audited.Entries.Select(e => e.EventId)));
        Assert.Equal((0L, null), await one.Log.PendingAsync());
        Assert.Single(new[] { one, two }, ledger => ledger.State.IsLeader);
    }

    [Fact]
    public async Task A_late_commit_is_sequenced_once()
    {
        var within = new WithinAppends();
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [within.Inline]);
        var late = TestEvents.New();
        var drawn = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        within.Do(late.Id, async (_, _) =>
        {
            drawn.SetResult();
            await go.Task;
        });
        var slow = ledger.Events.AppendAsync(new("test/slow"), ExpectedVersion.NoStream, [late]);
        await drawn.Task;

        // These draw higher positions and commit first.
        for (var i = 0; i < 20; i++)
        {
            await ledger.Events.AppendAndSequenceAsync(new("test/quick"), ExpectedVersion.Exactly(i - 1), [TestEvents.New(i)]);
        }

        await ledger.UntilPublishedAsync(20);
        go.SetResult();
        await slow;
        await ledger.UntilPublishedAsync(21);
        var audited = await LogAudit.CheckAsync(ledger.Log);
        Assert.Equal(late.Id, audited.Entries[^1].EventId);
        Assert.Equal(21, audited.Entries.Count);
    }

    [Fact]
    public async Task A_second_sequencer_that_believes_it_leads_changes_nothing()
    {
        await using var ledger = await TestLedger.StartAsync();
        await ledger.Events.AppendAndSequenceAsync(new("test/one"), ExpectedVersion.NoStream, [TestEvents.New(), TestEvents.New()]);
        await ledger.UntilPublishedAsync(2);
        await ledger.StopKeepingAsync();

        // Its head is old: it was paused in the moment it led, and its session's lock is long somebody else's.
        await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Exactly(1), [TestEvents.New()]);
        await using var session = await ledger.Database.Unpooled.OpenConnectionAsync();
        await Assert.ThrowsAsync<LeadershipLostException>(() => new Sequencer(session, 0).RunBatchAsync(default));

        Assert.Equal(1, (await ledger.Log.PendingAsync()).Count);
        Assert.Equal(1, (await new Sequencer(session, 2).RunBatchAsync(default)).Count);
        Assert.Equal(3L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger.leaves"));
    }

    [Fact]
    public async Task When_the_leader_ends_the_other_takes_over_within_five_seconds()
    {
        await using var first = await TestLedger.StartAsync();
        await using var second = await TestLedger.StartAsync(first.Options);
        Assert.True(first.State.IsLeader);
        await first.Events.AppendAndSequenceAsync(new("test/one"), ExpectedVersion.NoStream, [TestEvents.New()]);

        await first.StopKeepingAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        var appended = await second.Events.AppendAndSequenceAsync(new("test/one"), ExpectedVersion.Exactly(0), [TestEvents.New()], cancel: limit.Token);

        Assert.Equal(1UL, Assert.Single(appended.Indexes).Value);
        await second.UntilPublishedAsync(2);
        await LogAudit.CheckAsync(second.Log);
    }

    [Theory]
    [InlineData("SELECT 1")]
    // It has asked for more than the socket holds, and reads none of it: PostgreSQL waits in the middle of its answer.
    [InlineData("SELECT repeat('x', 1000) FROM generate_series(1, 100000)")]
    public async Task A_leader_whose_session_stays_open_and_silent_is_replaced_within_five_seconds(string last)
    {
        var options = await TestLedger.NewOptionsAsync();
        await using var silent = new LedgerDatabase(options.ConnectionString);
        await using var session = await silent.Unpooled.OpenConnectionAsync();
        Assert.True(await Sequencer.TryLeadAsync(session, default));
        await using var command = new NpgsqlCommand(last, session);
        var reader = await command.ExecuteReaderAsync();
        await using var ledger = await TestLedger.StartAsync(options);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await ledger.Events.AppendAndSequenceAsync(new("test/one"), ExpectedVersion.NoStream, [TestEvents.New()], cancel: limit.Token);

        Assert.Contains(ledger.Lines, l => l.Contains("has said nothing to the database", StringComparison.Ordinal));
        await ledger.UntilPublishedAsync(1);
        await LogAudit.CheckAsync(ledger.Log);
        await Assert.ThrowsAnyAsync<NpgsqlException>(async () =>
        {
            await reader.DisposeAsync();
            await new Sequencer(session, 0).RunBatchAsync(default);
        });
    }

    [Fact]
    public async Task A_leader_that_works_is_left_alone_however_long_a_statement_of_its_takes()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using var other = new LedgerDatabase(options.ConnectionString);
        await using var session = await other.Unpooled.OpenConnectionAsync();
        Assert.True(await Sequencer.TryLeadAsync(session, default));
        var working = Task.Run(async () =>
        {
            foreach (var statement in (string[])["SELECT pg_sleep(5)", "SELECT 1", "SELECT pg_sleep(1)", "SELECT 1"])
            {
                await using var command = new NpgsqlCommand(statement, session);
                await command.ExecuteNonQueryAsync();
                await Task.Delay(1000);
            }
        });
        await using var ledger = await TestLedger.StartAsync(options);
        await working;
        Assert.False(ledger.State.IsLeader);
        Assert.DoesNotContain(ledger.Lines, l => l.Contains("has said nothing to the database", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_fault_that_nobody_expected_delays_the_log_and_does_not_end_it()
    {
        var faults = 0;
        var options = await TestLedger.NewOptionsAsync();
        await using var ledger = await TestLedger.StartAsync(options with
        {
            Reached = step =>
            {
                if (step is LedgerStep.Sequenced or LedgerStep.JournalSynced && Interlocked.Increment(ref faults) is 1 or 2 or 4)
                {
                    throw new InvalidOperationException("Connection is not open");
                }
            },
        });
        for (var i = 0; i < 5; i++)
        {
            await ledger.Events.AppendAndSequenceAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New()]);
        }

        await ledger.UntilPublishedAsync(5);
        Assert.Null(ledger.State.Halted);
        Assert.True(faults > 4);
        Assert.Equal(5, (await LogAudit.CheckAsync(ledger.Log)).Entries.Count);
    }

    [Fact]
    public async Task A_leader_that_takes_long_to_prepare_is_left_alone()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var before = await TestLedger.StartAsync(options with { JournalFolder = null }))
        {
            await before.Events.AppendAndSequenceAsync(new("test/one"), ExpectedVersion.NoStream, [TestEvents.New()]);
            await before.UntilPublishedAsync(1);
        }

        // It has a journal to make, on a disk that takes its time.
        var begun = new TaskCompletionSource();
        var slow = TestLedger.StartAsync(options with
        {
            Reached = step =>
            {
                if (step == LedgerStep.JournalBegun)
                {
                    begun.TrySetResult();
                    Thread.Sleep(LeaderWatch.Patience * 2);
                }
            },
        });
        await begun.Task;
        await using var other = await TestLedger.StartAsync(options);
        await using var leader = await slow;
        Assert.True(leader.State.IsLeader);
        Assert.False(other.State.IsLeader);
        Assert.DoesNotContain(other.Lines, l => l.Contains("has said nothing to the database", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_halt_that_is_found_while_a_checkpoint_is_prepared_ends_it_unsigned()
    {
        TestLedger? ledger = null;
        var halting = false;
        var options = await TestLedger.NewOptionsAsync();
        await using (ledger = await TestLedger.StartAsync(options with
        {
            Reached = step =>
            {
                if (step == LedgerStep.JournalSynced && Volatile.Read(ref halting))
                {
                    ledger!.State.Halt("witness-forked: a test");
                }
            },
        }))
        {
            await ledger.Events.AppendAndSequenceAsync(new("test/one"), ExpectedVersion.NoStream, [TestEvents.New()]);
            await ledger.UntilPublishedAsync(1);
            Volatile.Write(ref halting, true);
            await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New()]);
            await ledger.UntilAsync(() => ledger.State.Halted is not null, "the log halts");
            await Task.Delay(1500);
            Assert.Equal(1UL, ledger.Log.Head().Size.Value);
        }
    }

    [Fact]
    public async Task No_session_may_stand_in_a_transaction_for_long()
    {
        await using var ledger = await TestLedger.StartAsync();
        foreach (var source in (NpgsqlDataSource[])[ledger.Database.Source, ledger.Database.Unpooled])
        {
            await using var show = source.CreateCommand("SHOW idle_in_transaction_session_timeout");
            Assert.Equal("10s", await show.ExecuteScalarAsync());
        }
    }

    [Theory]
    [InlineData("08006")]
    [InlineData("25006")]
    [InlineData("25P03")]
    [InlineData("3D000")]
    [InlineData("40001")]
    [InlineData("40P01")]
    [InlineData("53300")]
    [InlineData("57014")]
    [InlineData("57P01")]
    public void A_state_that_comes_and_goes_is_a_database_that_is_away(string state) =>
        Assert.True(LedgerUnavailableException.IsAway(new PostgresException("it says no", "ERROR", "ERROR", state)));

    [Fact]
    public async Task A_process_frozen_in_the_middle_of_an_append_lets_go_of_its_stream()
    {
        await using var ledger = await TestLedger.StartAsync();
        await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.NoStream, [TestEvents.New()]);
        await using var frozen = new LedgerDatabase(ledger.Options.ConnectionString);
        await using var session = await frozen.Source.OpenConnectionAsync();
        await using var open = await session.BeginTransactionAsync();
        await using (var begun = new NpgsqlCommand("UPDATE ledger.streams SET version = 1 WHERE name = 'test/one'", session, open))
        {
            Assert.Equal(1, await begun.ExecuteNonQueryAsync());
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var appended = await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Exactly(0), [TestEvents.New()], limit.Token);
        Assert.Equal(AppendOutcome.Appended, appended.Outcome);
        await Assert.ThrowsAnyAsync<Exception>(() => open.CommitAsync());
        await ledger.UntilPublishedAsync(2);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task Standing_by_compares_every_checkpoint_and_halts_when_one_does_not_fit()
    {
        await using var first = await TestLedger.StartAsync();
        await using var second = await TestLedger.StartAsync(first.Options);
        for (var size = 1; size <= 3; size++)
        {
            await first.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New()]);
            await first.UntilPublishedAsync(size);
        }

        var old = await File.ReadAllBytesAsync(first.Options.CheckpointFile);
        await first.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New()]);
        await first.UntilPublishedAsync(4);
        await Task.Delay(1200);
        Assert.Null(second.State.Halted);

        await File.WriteAllBytesAsync(first.Options.CheckpointFile, old);
        await second.UntilAsync(() => second.State.Halted is not null, "the one that stands by halts");
        Assert.StartsWith("checkpoint-rolled-back:", second.State.Halted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PostgreSQL_going_away_and_coming_back_loses_and_doubles_nothing()
    {
        var directory = PostgresCluster.NewDirectory();
        var server = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(directory));
        try
        {
            var folder = (await PostgresCluster.SharedAsync()).NewFolder();
            await using var ledger = await TestLedger.StartAsync(TestLedger.OptionsFor(server.ConnectionString, folder));
            using var stop = new CancellationTokenSource();
            var refusals = 0;
            var appending = Enumerable.Range(0, 4).Select(client => Task.Run(async () =>
            {
                var made = new List<Guid>();
                while (!stop.IsCancellationRequested)
                {
                    var next = TestEvents.New(made.Count);
                    made.Add(next.Id);
                    while (true)
                    {
                        try
                        {
                            // The same event again until it is stored: what an interrupted append left behind must not be doubled.
                            await ledger.Events.AppendAsync(new($"test/{client}"), ExpectedVersion.Any, [next]);
                            break;
                        }
                        catch (LedgerUnavailableException)
                        {
                            Interlocked.Increment(ref refusals);
                            await Task.Delay(20);
                        }
                    }
                }

                return made;
            })).ToArray();

            await ledger.UntilPublishedAsync(50);
            await server.StopAsync();
            await ledger.UntilAsync(() => Volatile.Read(ref refusals) > 20, "appends are refused while the database is away");
            server = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(directory));
            var before = (int)ledger.Log.Head().Size.Value;
            await ledger.UntilPublishedAsync(before + 50);
            await stop.CancelAsync();
            var made = (await Task.WhenAll(appending)).SelectMany(ids => ids).ToList();

            await ledger.UntilPublishedAsync(made.Count);
            var audited = await LogAudit.CheckAsync(ledger.Log);
            Assert.Equal(made.Order(), audited.Entries.Select(e => e.EventId).Order());
        }
        finally
        {
            await server.StopAsync();
            await PostgresCluster.DeleteAsync(directory);
        }
    }
}
