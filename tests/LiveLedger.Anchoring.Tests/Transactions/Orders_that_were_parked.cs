using LiveLedger.Anchoring.Transactions;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Harness;

namespace LiveLedger.Anchoring.Tests.Transactions;

public sealed class Orders_that_were_parked
{
    [Fact]
    public async Task Are_given_again_under_another_id_when_they_have_rested_until_they_are_done()
    {
        await using var account = await RunningAccount.StartAsync();
        var refusing = await account.Node.DeployAsync(account.Anvil.Account(1), Code.Reverts);
        var clock = new SteppedClock();
        var book = new AccountBook(account.Ledger.Events, account.Node.Chain, account.Options.Account, clock);
        await account.SendAsync();

        // Refused twice, and the third time not.
        var first = await AgainAsync(refusing);
        await ParkedAsync(1);
        Assert.Equal((first.Id, false), await AgainAsync(refusing));
        clock.Step(TimeSpan.FromSeconds(63));
        var second = await AgainAsync(refusing);
        Assert.True(first.IsNew && second.IsNew && first.Id != second.Id);
        await ParkedAsync(2);
        Assert.Equal((second.Id, false), await AgainAsync(refusing));
        clock.Step(TimeSpan.FromSeconds(63));
        var third = await AgainAsync(account.Contract);
        await account.UntilMinedAsync(1);
        clock.Step(TimeSpan.FromDays(1));
        Assert.Equal((third.Id, false), await AgainAsync(account.Contract));
        await account.CheckOnceAsync(1);
        Assert.Equal([first.Id, second.Id], (await account.EventsAsync(TransactionEvents.ParkedType)).Select(static e => TransactionEvents.ReadParked(e).Order));

        Task<(Guid Id, bool IsNew)> AgainAsync(LiveLedger.Chain.Address to) => book.OrderAgainAsync("a start", id => account.Order(0, to) with { Id = id }, "system", default);
        Task ParkedAsync(int times) => account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.ParkedType)).Count == times, $"{times} are parked");
    }

    [Fact]
    public async Task Stay_so_after_as_many_times_as_whoever_asks_may()
    {
        await using var account = await RunningAccount.StartAsync();
        var refusing = await account.Node.DeployAsync(account.Anvil.Account(1), Code.Reverts);
        var clock = new SteppedClock();
        var book = new AccountBook(account.Ledger.Events, account.Node.Chain, account.Options.Account, clock);
        await account.SendAsync();
        for (var times = 1; times <= 3; times++)
        {
            clock.Step(TimeSpan.FromHours(2));
            await book.OrderAgainAsync("a voucher", id => account.Order(0, refusing) with { Id = id }, "viewer", default, most: 2);
            await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.ParkedType)).Count == Math.Min(times, 2), "it is parked");
        }

        Assert.Equal(2, (await account.EventsAsync(TransactionEvents.OrderedType)).Count);
    }
}
