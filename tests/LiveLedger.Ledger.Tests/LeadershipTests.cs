using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Sequencing;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

/// <summary>Of several processes one leads; another takes its place when it is gone, and only then.</summary>
public sealed class LeadershipTests
{
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
}
