using System.Diagnostics;
using System.Globalization;
using LiveLedger.Anchoring.Keeping;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Ledger;

namespace LiveLedger.Anchoring.Tests.Keeping;

public sealed class A_bus_that_is_away
{
    [Fact]
    public async Task Holds_up_neither_what_was_logged_nor_the_anchor_of_a_start()
    {
        await using var kept = await KeptSales.StartAsync();
        var asked = 0;
        kept.Bus = (_, _, cancel) =>
        {
            Interlocked.Increment(ref asked);
            return Task.Delay(Timeout.Infinite, cancel);
        };
        var start = await kept.StartBroadcastAsync();
        var watch = Stopwatch.StartNew();
        await ToldAsync(kept, start);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(6), $"the first took {watch.Elapsed}");
        var ordered = Assert.Single(await kept.OrderedAsync(OrderPurpose.CheckpointAnchor));
        Assert.True(ulong.Parse(ordered.Subject.Split(' ')[^1], CultureInfo.InvariantCulture) > start.Index.Value, ordered.Subject);

        // It is not asked again for each that follows.
        watch.Restart();
        for (var n = 0; n < 20; n++)
        {
            await ToldAsync(kept, await kept.StartBroadcastAsync());
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"the others took {watch.Elapsed}");
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Does_not_hold_up_the_following_of_the_chain_and_the_schedules_anchor_is_ordered_without_it()
    {
        await using var kept = await KeptSales.StartAsync();
        kept.Bus = static (_, _, cancel) => Task.Delay(Timeout.Infinite, cancel);
        var status = new ChainStatus(TimeProvider.System);
        var watch = Stopwatch.StartNew();
        using var keeper = kept.Keeper(status);
        await keeper.StartAsync(default);
        while (status.Progress is null)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(8), "it is not followed");
            await Task.Delay(50);
        }

        await keeper.StopAsync(default);
        Assert.Single(await kept.OrderedAsync(OrderPurpose.CheckpointAnchor));
    }

    [Fact]
    public async Task Is_left_alone_if_it_takes_the_order_which_says_how_much_is_to_be_anchored()
    {
        await using var kept = await KeptSales.StartAsync();
        var taken = new List<(string, ulong?)>();
        kept.Bus = (reason, size, _) =>
        {
            taken.Add((reason, size));
            return Task.CompletedTask;
        };
        var start = await kept.StartBroadcastAsync();
        await ToldAsync(kept, start);
        Assert.Equal([("broadcast-started", start.Index.Value + 1)], taken);
        Assert.Empty(await kept.OrderedAsync(OrderPurpose.CheckpointAnchor));
    }

    private static async Task ToldAsync(KeptSales kept, LoggedEvent logged)
    {
        using var patience = new CancellationTokenSource(kept.Effects.Subscription.Patience);
        await kept.Effects.Subscription.Send(kept.Effects.Subscription.MessageOf(logged)!, logged.Event, patience.Token);
    }
}
