using System.Collections.Concurrent;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Sequencing;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

/// <summary>Every event gets one index, in its stream's order, whoever appends and whatever fails.</summary>
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
}
