using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Sequencing;
using LiveLedger.Ledger.Tests.Projections;

namespace LiveLedger.Ledger.Tests.Recovery;

/// <summary>Where the promised cannot be given back whole, nothing is changed, and the log stays halted.</summary>
public sealed class RefusedRecoveryTests
{
    [Fact]
    public async Task Where_the_journal_has_lost_promised_events_nothing_is_changed_and_the_answer_says_how_many()
    {
        var (options, _, _) = await RestoredLog.MakeAsync(50, 100);
        await JournalFile.In(options.JournalFolder!)[^1].CutAsync(70);
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
    public async Task Whoever_looks_for_a_moment_whether_the_log_is_led_is_waited_for_and_who_leads_it_is_not()
    {
        var (options, _, _) = await RestoredLog.MakeAsync(20, 30);
        await using var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]);
        await using var other = await ledger.Database.Unpooled.OpenConnectionAsync();
        await ledger.UntilAsync(() => Sequencer.TryLeadAsync(other, default).Result, "the other has the lock");

        ledger.Recovery.BeginRollForward("a test");
        await ledger.Recovery.Work;
        Assert.Equal("recovery-elsewhere", ledger.Recovery.Failure!.Code);
        Assert.NotNull(ledger.State.Halted);

        ledger.Recovery.BeginRollForward("a test");
        await Task.Delay(500);
        Assert.False(ledger.Recovery.Work.IsCompleted);
        await other.CloseAsync();
        await ledger.Recovery.Work;
        Assert.Null(ledger.Recovery.Failure);
    }

    [Fact]
    public async Task A_forged_journal_is_not_written_into_the_database()
    {
        var (options, _, _) = await RestoredLog.MakeAsync(50, 100);
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
            await ledger.AppendTalliesAsync(60);
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
    public async Task Events_taken_by_somebody_after_the_restore_are_not_written_over()
    {
        var (options, _, _) = await RestoredLog.MakeAsync(50, 100);
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

    [Fact]
    public async Task A_log_that_has_not_halted_takes_no_such_order()
    {
        await using var ledger = await TestLedger.StartAsync();
        Assert.Equal("log-not-halted", Assert.Throws<RefusedException>(() => ledger.Recovery.BeginRollForward("a test")).Refusal.Code);
    }

    private sealed class OpenState
    {
        public LedgerState State { get; } = new();

        public OpenState() => State.Open(0);
    }
}
