using System.Diagnostics;
using LiveLedger.Anchoring.Outages;
using LiveLedger.Anchoring.Tests.Keeping;
using LiveLedger.Harness.Ledgers;

namespace LiveLedger.Anchoring.Tests.Outages;

/// <summary>A service that ends takes the process along, and every live broadcast with it.</summary>
public sealed class The_watch_goes_on
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(15);

    [Fact]
    public async Task After_a_recording_that_could_not_be_read_and_an_outage_from_then_on_is_logged()
    {
        await using var kept = await KeptSales.StartAsync();
        var first = InTheShow(kept);
        var looks = 0;
        kept.Served = () => ++looks switch
        {
            <= 2 => throw new InvalidDataException("the recording is damaged"),
            3 => (first, false),
            _ => (first.AddSeconds(20), false),
        };
        var lines = new CapturedLog<OutageWatch>();
        using var watch = new OutageWatch(kept.Chain.Ledger.Events, kept.View, kept.Links, kept.Settings, kept.Clock, lines);
        await watch.StartAsync(default);
        Assert.Equal([new Outage(first, first.AddSeconds(20))], await LoggedAsync(kept));
        await watch.StopAsync(default);
        Assert.Single(lines.Lines, static l => l.Contains("are not watched", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_its_table_could_not_be_read_and_says_so_once()
    {
        await using var kept = await KeptSales.StartAsync();
        var first = InTheShow(kept);
        var looks = 0;
        kept.Served = () => (++looks == 1 ? first : first.AddSeconds(20), false);
        var lines = new CapturedLog<OutageWatch>();
        await kept.Chain.Ledger.ExecuteAsync("ALTER TABLE chain.sales RENAME TO sales_elsewhere");
        using var watch = new OutageWatch(kept.Chain.Ledger.Events, kept.View, kept.Links, kept.Settings, kept.Clock, lines);
        await watch.StartAsync(default);
        // Two looks and more, a second apart.
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        Assert.Single(lines.Lines, static l => l.Contains("outages are not watched", StringComparison.Ordinal));

        await kept.Chain.Ledger.ExecuteAsync("ALTER TABLE chain.sales_elsewhere RENAME TO sales");
        Assert.Equal([new Outage(first, first.AddSeconds(20))], await LoggedAsync(kept));
        await watch.StopAsync(default);
    }

    // A moment within the schedule, in whole milliseconds, as events carry it.
    private static DateTimeOffset InTheShow(KeptSales kept)
    {
        kept.Clock.Step(TimeSpan.FromMinutes(12));
        return DateTimeOffset.FromUnixTimeMilliseconds(kept.Clock.GetUtcNow().ToUnixTimeMilliseconds());
    }

    private static async Task<Outage[]> LoggedAsync(KeptSales kept)
    {
        for (var waiting = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            var logged = await kept.Chain.Ledger.Events.ReadStreamAsync(OutageEvents.StreamOf(kept.Chain.Broadcast)).Select(static e => OutageEvents.Read(e.PayloadJson.Span)).ToArrayAsync();
            if (logged.Length > 0)
            {
                return logged;
            }

            Assert.True(waiting.Elapsed < s_patience, "no outage was logged");
        }
    }
}
