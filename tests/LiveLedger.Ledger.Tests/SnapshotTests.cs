using System.Text.Json;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Snapshots;
using LiveLedger.Ledger.Tests.Projections;

namespace LiveLedger.Ledger.Tests;

public sealed class SnapshotTests
{
    private static readonly StreamName s_stream = new("test/long");

    [Fact]
    public async Task A_long_stream_is_loaded_from_a_kept_state_and_the_events_behind_it_with_the_same_result()
    {
        await using var ledger = await TestLedger.StartAsync();
        var snapshots = new SnapshotStore(ledger.Database, ledger.Events);
        await AppendAsync(ledger, 0, 1200);

        var first = await snapshots.LoadAsync(s_stream, Sum(every: 100));
        await AppendAsync(ledger, 1200, 30);
        var second = await snapshots.LoadAsync(s_stream, Sum(every: 100));

        Assert.Equal((Total(1200), 1199, 1200), (first.State.Sum, first.Version, first.Read));
        Assert.Equal((Total(1230), 1229, 30), (second.State.Sum, second.Version, second.Read));
        Assert.Equal(1199L, await ledger.ExecuteAsync("SELECT covers FROM ledger.snapshots"));
        Assert.Equal(AppendOutcome.Appended, (await ledger.Events.AppendAsync(s_stream, ExpectedVersion.Exactly(second.Version), [TestEvents.New()])).Outcome);
    }

    [Fact]
    public async Task A_state_of_another_version_of_the_fold_is_not_read_and_gives_way()
    {
        await using var ledger = await TestLedger.StartAsync();
        var snapshots = new SnapshotStore(ledger.Database, ledger.Events);
        await AppendAsync(ledger, 0, 300);
        await snapshots.LoadAsync(s_stream, Sum(every: 100));

        var doubled = Sum(every: 100) with { Version = 2, Apply = static (state, e) => new(state.Sum + (2 * Tallies.Number(e))) };
        Assert.Equal((2 * Total(300), 300), (await snapshots.LoadAsync(s_stream, doubled) is var newer ? (newer.State.Sum, newer.Read) : default));
        Assert.Equal(0, (await snapshots.LoadAsync(s_stream, doubled)).Read);

        // The older program goes on beside it, from the events.
        Assert.Equal((Total(300), 300), (await snapshots.LoadAsync(s_stream, Sum(every: 1000)) is var older ? (older.State.Sum, older.Read) : default));
        Assert.Equal(300, (await snapshots.LoadAsync(s_stream, Sum(every: 100) with { Name = "other" })).Read);
    }

    [Theory]
    [InlineData("UPDATE ledger.snapshots SET state = '{\"Sum\":1}'")]
    [InlineData("UPDATE ledger.snapshots SET covers = covers - 1")]
    [InlineData("UPDATE ledger.snapshots SET covers = covers + 1000")]
    [InlineData("UPDATE ledger.snapshots SET entry = sha256('another history')")]
    [InlineData("UPDATE ledger.events SET entry = set_byte(entry, 60, get_byte(entry, 60) # 1) WHERE version = 299")]
    public async Task The_events_are_right_and_a_state_that_does_not_fit_them_is_not_used(string change)
    {
        await using var ledger = await TestLedger.StartAsync();
        var snapshots = new SnapshotStore(ledger.Database, ledger.Events);
        await AppendAsync(ledger, 0, 300);
        await snapshots.LoadAsync(s_stream, Sum(every: 100));
        await ledger.ExecuteAsync(change);

        var loaded = await snapshots.LoadAsync(s_stream, Sum(every: 100));
        Assert.Equal((Total(300), 299, 300), (loaded.State.Sum, loaded.Version, loaded.Read));

        // And the next one finds a right one again.
        Assert.Equal((Total(300), 0), (await snapshots.LoadAsync(s_stream, Sum(every: 100)) is var again ? (again.State.Sum, again.Read) : default));
    }

    [Fact]
    public async Task Loads_beside_one_another_and_beside_appends_never_see_a_state_that_is_not_the_events()
    {
        await using var ledger = await TestLedger.StartAsync();
        var snapshots = new SnapshotStore(ledger.Database, ledger.Events);
        using var over = new CancellationTokenSource();
        var loads = new int[3];
        var readers = Enumerable.Range(0, loads.Length).Select(reader => Task.Run(async () =>
        {
            for (; !over.IsCancellationRequested; Interlocked.Increment(ref loads[reader]))
            {
                var loaded = await snapshots.LoadAsync(s_stream, Sum(every: 20));
                Assert.Equal(Total(loaded.Version + 1), loaded.State.Sum);
            }
        })).ToArray();
        await AppendAsync(ledger, 0, 1000);
        await ledger.UntilAsync(() => loads.All(static n => n > 3) || readers.Any(static r => r.IsFaulted), "each has loaded some");
        await over.CancelAsync();
        await Task.WhenAll(readers);

        await ledger.ExecuteAsync("DELETE FROM ledger.snapshots");
        Assert.Equal((Total(1000), 1000), (await snapshots.LoadAsync(s_stream, Sum(every: 20)) is var all ? (all.State.Sum, all.Read) : default));
        await ledger.UntilPublishedAsync(1000);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task A_state_that_is_too_long_is_not_kept()
    {
        await using var ledger = await TestLedger.StartAsync();
        var snapshots = new SnapshotStore(ledger.Database, ledger.Events);
        await AppendAsync(ledger, 0, 50);
        var fold = Sum(every: 10) with { Write = static _ => new byte[SnapshotStore.MaxStateLength + 1] };

        Assert.Equal(50, (await snapshots.LoadAsync(s_stream, fold)).Read);
        Assert.Equal(50, (await snapshots.LoadAsync(s_stream, fold)).Read);
    }

    private static StreamFold<Added> Sum(int every) => new()
    {
        Name = "sum",
        Version = 1,
        Empty = static () => new(0),
        Apply = static (state, e) => new(state.Sum + Tallies.Number(e)),
        Write = static state => JsonSerializer.SerializeToUtf8Bytes(state),
        Read = static bytes => JsonSerializer.Deserialize<Added>(bytes.Span)!,
        Every = every,
    };

    // Numbers count from 0.
    private static long Total(long count) => count * (count - 1) / 2;

    private static async Task AppendAsync(TestLedger ledger, int from, int count)
    {
        for (var done = 0; done < count;)
        {
            var events = Enumerable.Range(from + done, Math.Min(50, count - done)).Select(TestEvents.New).ToArray();
            await ledger.Events.AppendAsync(s_stream, ExpectedVersion.Exactly(from + done - 1), events);
            done += events.Length;
        }
    }

    private sealed record Added(long Sum);
}
