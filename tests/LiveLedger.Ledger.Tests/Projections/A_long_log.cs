using System.Diagnostics;
using System.Globalization;
using LiveLedger.Harness.Ledgers;

namespace LiveLedger.Ledger.Tests.Projections;

/// <summary>
/// A log of a million events, rebuilt; or of as many as LIVELEDGER_LONG_LOG says.
/// </summary>
public sealed class A_long_log(ITestOutputHelper output)
{
    [Fact]
    public async Task Rebuilt_it_gives_byte_identical_rows()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("LIVELEDGER_LONG_LOG"), CultureInfo.InvariantCulture, out var asked) ? asked : 1_000_000;
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [Tallies.Inline with { Streams = "show/" }]);
        await using var index = await RunningProjection.StartAsync(ledger);
        var watch = Stopwatch.StartNew();
        for (var done = 0; done < count;)
        {
            var events = Enumerable.Range(done, Math.Min(EventStore.MaxEvents, count - done)).Select(TestEvents.New).ToArray();
            await ledger.Events.AppendAsync(new($"show/of-{done / 1000 % 97}/{done / 1000 % 7}"), ExpectedVersion.Any, events);
            done += events.Length;
        }

        Say("appended", watch);
        await index.UntilAsync(count);
        Say("indexed behind the appends", watch);
        var live = await index.RowsAsync();
        watch.Restart();
        await index.RebuildAsync();
        Say("rebuilt", watch);

        Assert.Equal(live, await index.RowsAsync());
        var tallies = await TableBytes.OfAsync(ledger.Database, "tallies.tallies");
        watch.Restart();
        await ledger.Inline.RebuildAllAsync();
        Say("rebuilt inline", watch);
        Assert.Equal(tallies, await TableBytes.OfAsync(ledger.Database, "tallies.tallies"));
        Assert.Equal((long)count, Convert.ToInt64(await ledger.ExecuteAsync("SELECT sum(version + 1) FROM tallies.tallies"), CultureInfo.InvariantCulture));
        Assert.Equal((long)count, await ledger.ExecuteAsync("SELECT count(*) FROM ledger_index.entries"));
        await ledger.UntilPublishedAsync(count);
        Assert.Equal(count, (await LogAudit.CheckAsync(ledger.Log)).Entries.Count);

        void Say(string what, Stopwatch since) => output.WriteLine($"{count} events {what} after {since.Elapsed.TotalSeconds:0.0} s");
    }
}
