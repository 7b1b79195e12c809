using System.Collections.Concurrent;
using System.Text;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Ledger.Tests.Recovery;

/// <summary>Where promised events are gone for good a log ends, and another that names it goes on: under its own name, never under the old one.</summary>
public sealed class SuccessionTests
{
    private const string Successor = "test.example/second";

    [Fact]
    public async Task A_successor_signs_under_its_own_name_says_whose_place_it_took_and_the_old_log_signs_nothing_more()
    {
        var first = await LostAsync();
        var old = await File.ReadAllBytesAsync(first.CheckpointFile);
        await using (var halted = await TestLedger.StartAsync(first))
        {
            await ExamineAsync(halted);
            await halted.Recovery.SucceedAsync(Successor, "the disk was lost with the backup", "an operator's account");
            Assert.StartsWith("log-succeeded", halted.State.Halted, StringComparison.Ordinal);
            Assert.Equal("log-succeeded", await RefusalAsync(() => halted.Recovery.SucceedAsync("test.example/third", "again", "a test")));
        }

        var options = Succession.InForce(first);
        Assert.Equal(Successor, options.Origin);
        Assert.Equal(first.Origin, options.Succeeds!.Predecessor);
        Assert.DoesNotContain("an operator's account", Encoding.UTF8.GetString(options.Succeeds.ToJson()), StringComparison.Ordinal);
        Assert.True(VerifierKey.TryParse(options.Succeeds.PredecessorKey, out var oldKey));
        Assert.Equal(CheckpointResult.Valid, Checkpoint.Open(Encoding.UTF8.GetBytes(options.Succeeds.Checkpoint!), oldKey, out var promised));
        Assert.Equal(30UL, promised!.Head.Size.Value);

        for (var start = 0; start < 2; start++)
        {
            await using var ledger = await TestLedger.StartAsync(options);
            Assert.Null(ledger.State.Halted);
            using var recorder = new SuccessionRecorder(ledger.Events, options, TimeProvider.System, new CapturedLog<SuccessionRecorder>());
            await recorder.StartAsync(default);
            await recorder.ExecuteTask!;
            await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New()]);
            await ledger.UntilPublishedAsync(22 + start);
            var audited = await LogAudit.CheckAsync(ledger.Log);
            Assert.Equal(20, Assert.Single(audited.Entries.Select((e, i) => (e, i)), e => e.e.Type == "log-succeeded").i);
            Assert.Equal(Successor, ledger.Log.VerifierKey.Name);
            Assert.Equal(22 + start, new JournalReader(options.JournalFolder!).From(0).Count());
        }

        // Whoever still has the old settings, or an older program, signs nothing.
        Assert.Equal(old, await File.ReadAllBytesAsync(first.CheckpointFile));
        await using var stale = await TestLedger.StartAsync(first);
        Assert.StartsWith("log-succeeded", stale.State.Halted, StringComparison.Ordinal);
        Assert.Equal(old, await File.ReadAllBytesAsync(first.CheckpointFile));
    }

    [Fact]
    public async Task After_faults_that_nobody_expected_it_is_said_all_the_same_and_once()
    {
        var faults = new ConcurrentQueue<LedgerStep>([LedgerStep.Appending, LedgerStep.Appended]);
        var options = await TestLedger.NewOptionsAsync();
        options = options with
        {
            Succeeds = new(options.Origin, "test.example/lost", "a key", null, "log-rolled-back", "lost", DateTimeOffset.UnixEpoch),
            Reached = step =>
            {
                // Before it is stored, and when it is and nobody knows.
                if (faults.TryPeek(out var next) && next == step && faults.TryDequeue(out _))
                {
                    throw new InvalidOperationException("a test");
                }
            },
        };
        await using var ledger = await TestLedger.StartAsync(options);
        var lines = new CapturedLog<SuccessionRecorder>();
        using var recorder = new SuccessionRecorder(ledger.Events, options, TimeProvider.System, lines);
        await recorder.StartAsync(default);
        await recorder.ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(20));

        Assert.Empty(faults);
        Assert.Equal(2, lines.Lines.Count(l => l.Contains("InvalidOperationException", StringComparison.Ordinal)));
        await ledger.UntilPublishedAsync(1);
        Assert.Equal("log-succeeded", Assert.Single((await LogAudit.CheckAsync(ledger.Log)).Entries).Type);
    }

    [Fact]
    public async Task A_successor_can_have_a_successor()
    {
        var first = await LostAsync();
        foreach (var name in (string[])[Successor, "test.example/third"])
        {
            var options = Succession.InForce(first);
            await using (var ledger = await TestLedger.StartAsync(options with { JournalFolder = null }))
            {
                if (ledger.State.Halted is null)
                {
                    await ledger.UntilAsync(() => (string?)ledger.ExecuteAsync("SELECT coalesce(origin, '') FROM ledger.head").Result == options.Origin, "it has signed");
                    await ledger.StopKeepingAsync();
                    await ledger.ExecuteAsync("UPDATE ledger.leaves SET hash = sha256(hash) WHERE index = 3");
                }
            }

            await using var halted = await TestLedger.StartAsync(options with { JournalFolder = null });
            Assert.NotNull(halted.State.Halted);
            await ExamineAsync(halted);
            await halted.Recovery.SucceedAsync(name, "lost", "a test");
        }

        Assert.Equal("test.example/third", Succession.InForce(first).Origin);
        Assert.EndsWith("checkpoint.3", Succession.InForce(first).CheckpointFile, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_refused_while_the_log_is_well_unexamined_or_can_be_rolled_forward_and_under_a_name_that_will_not_do()
    {
        await using (var well = await TestLedger.StartAsync())
        {
            Assert.Equal("log-not-halted", await RefusalAsync(() => well.Recovery.SucceedAsync(Successor, "why not", "a test")));
        }

        var lost = await LostAsync();
        await using (var halted = await TestLedger.StartAsync(lost))
        {
            Assert.Equal("recovery-unexamined", await RefusalAsync(() => halted.Recovery.SucceedAsync(Successor, "lost", "a test")));
            await ExamineAsync(halted);
            Assert.Equal("successor-invalid", await RefusalAsync(() => halted.Recovery.SucceedAsync(lost.Origin, "lost", "a test")));
            Assert.Equal("successor-invalid", await RefusalAsync(() => halted.Recovery.SucceedAsync("two words", "lost", "a test")));
            Assert.Equal("successor-invalid", await RefusalAsync(() => halted.Recovery.SucceedAsync(Successor, "", "a test")));
            Assert.False(Succession.Exists(lost.CheckpointFile));
        }

        var recoverable = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(recoverable))
        {
            await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New()]);
            await ledger.UntilPublishedAsync(1);
        }

        await using var empty = await TestLedger.StartAsync(recoverable with { ConnectionString = (await TestLedger.NewOptionsAsync()).ConnectionString });
        await ExamineAsync(empty);
        Assert.Equal("recovery-possible", await RefusalAsync(() => empty.Recovery.SucceedAsync(Successor, "lazy", "a test")));
    }

    [Fact]
    public async Task It_looks_once_more_and_is_refused_if_what_was_lost_is_back()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New()]);
            await ledger.UntilPublishedAsync(1);
        }

        var away = options.JournalFolder + ".unmounted";
        Directory.Move(options.JournalFolder!, away);
        await using var halted = await TestLedger.StartAsync(options with { ConnectionString = (await TestLedger.NewOptionsAsync()).ConnectionString });
        await ExamineAsync(halted);
        Assert.False(halted.Recovery.Found!.CanRollForward);
        Directory.Move(away, options.JournalFolder!);
        Assert.Equal("recovery-possible", await RefusalAsync(() => halted.Recovery.SucceedAsync(Successor, "gone", "a test")));
        Assert.False(Succession.Exists(options.CheckpointFile));
    }

    [Fact]
    public async Task Another_name_in_the_settings_alone_halts_the_log()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [TestEvents.New()]);
            await ledger.UntilPublishedAsync(1);
            await ledger.UntilAsync(() => (string?)ledger.ExecuteAsync("SELECT coalesce(origin, '') FROM ledger.head").Result == options.Origin, "the database knows who has signed");
        }

        var folder = Path.Combine(Path.GetDirectoryName(options.CheckpointFile)!, "other");
        await using var renamed = await TestLedger.StartAsync(options with { Origin = "test.example/renamed", CheckpointFile = Path.Combine(folder, "checkpoint"), JournalFolder = null });
        Assert.StartsWith("origin-changed", renamed.State.Halted, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "checkpoint")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"origin":"a b","predecessor":"test.example/log"}""")]
    [InlineData("""{"origin":"a","predecessor":"somebody.else/log"}""")]
    public async Task A_file_that_is_not_one_of_this_logs_succession_stops_the_start(string content)
    {
        var options = await TestLedger.NewOptionsAsync();
        await File.WriteAllTextAsync(options.CheckpointFile + ".succession", content);
        Assert.Throws<InvalidDataException>(() => Succession.InForce(options));
    }

    // Thirty events were promised; the database and the journal have twenty.
    private static async Task<LedgerOptions> LostAsync()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options))
        {
            await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [.. Enumerable.Range(0, 30).Select(TestEvents.New)]);
            await ledger.UntilPublishedAsync(30);
            await ledger.StopKeepingAsync();
            await ledger.ExecuteAsync("""
                DELETE FROM ledger.leaves WHERE index >= 20; DELETE FROM ledger.events WHERE version >= 20; UPDATE ledger.streams SET version = 19; UPDATE ledger.head SET size = 20
                """);
        }

        Directory.Delete(options.JournalFolder!, recursive: true);
        return options;
    }

    private static async Task ExamineAsync(TestLedger ledger)
    {
        ledger.Recovery.BeginExamination();
        await ledger.Recovery.Work;
        Assert.Null(ledger.Recovery.Failure);
    }

    private static async Task<string> RefusalAsync(Func<Task> order) => (await Assert.ThrowsAsync<RefusedException>(order)).Refusal.Code;
}
