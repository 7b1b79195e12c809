using LiveLedger.Anchoring.Transactions;
using LiveLedger.ChainNodes.Tests;

namespace LiveLedger.Anchoring.Tests.Transactions;

public sealed class Orders_take_turns
{
    [Fact]
    public async Task What_has_a_deadline_goes_first_and_what_strangers_ask_for_last_at_no_more_than_four_places()
    {
        await using var account = await RunningAccount.StartAsync();
        await account.Anvil.SetAutomineAsync(false);
        for (var n = 0; n < 10; n++)
        {
            await account.Book.OrderAsync(account.Order(n) with { Purpose = OrderPurpose.Redemption }, "viewer", default);
        }

        await account.OrderAsync(10);
        await account.Book.OrderAsync(account.Order(11) with { Purpose = OrderPurpose.StartProof }, "system", default);
        await account.Book.OrderAsync(account.Order(12) with { Purpose = OrderPurpose.CheckpointAnchor }, "system", default);
        await account.SendAsync();
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.SentType)).Count == 7, "seven are sent");
        await Task.Delay(600);
        await account.Anvil.MineAsync();
        await account.UntilAsync(async () => (await account.LoggedAsync()).Length > 0, "they are mined");
        Assert.Equal((int[])[11, 12, 10, 0, 1, 2, 3], await account.LoggedAsync());

        await account.Anvil.SetAutomineAsync(true);
        await account.UntilAsync(
            async () =>
            {
                await account.Anvil.MineAsync();
                return (await account.EventsAsync(TransactionEvents.MinedType)).Count == 13;
            },
            "all are mined");
        await account.CheckOnceAsync(13);
    }

    [Fact]
    public async Task Redemptions_of_one_sale_after_another_take_turns_whichever_came_first()
    {
        await using var account = await RunningAccount.StartAsync();
        await account.Anvil.SetAutomineAsync(false);
        for (var n = 0; n < 10; n++)
        {
            await account.Book.OrderAsync(account.Order(n) with { Purpose = OrderPurpose.Redemption, Subject = n < 7 ? "sale 1" : $"sale {n}" }, "viewer", default);
        }

        await account.SendAsync();
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.SentType)).Count == 4, "four are sent");
        await account.Anvil.MineAsync();
        await account.UntilAsync(async () => (await account.LoggedAsync()).Length > 0, "they are mined");
        Assert.Equal((int[])[0, 7, 8, 9], await account.LoggedAsync());
    }

    [Fact]
    public async Task What_is_mined_and_not_final_takes_no_place()
    {
        await using var account = await RunningAccount.StartAsync();
        account.Options = account.Options with { Confirmations = 1000 };
        await account.SendAsync();
        for (var n = 0; n < 24; n++)
        {
            await account.Book.OrderAsync(account.Order(n) with { Purpose = n % 2 == 0 ? OrderPurpose.Redemption : "test" }, "viewer", default);
        }

        await account.UntilAsync(async () => (await account.LoggedAsync()).Length == 24, "all are mined");
        Assert.Empty(await account.EventsAsync(TransactionEvents.MinedType));
        await account.Anvil.MineAsync(1000);
        await account.UntilMinedAsync(24);
        await account.CheckOnceAsync(24);
    }

    [Fact]
    public async Task A_redemption_that_would_burn_our_gas_is_parked_and_another_order_of_as_much_is_not()
    {
        await using var account = await RunningAccount.StartAsync();
        var burning = await account.Node.DeployAsync(account.Anvil.Account(1), s_burns);
        await account.SendAsync();
        var redemption = account.Order(0, burning) with { Purpose = OrderPurpose.Redemption };
        await account.Book.OrderAsync(redemption, "viewer", default);
        var other = await account.OrderAsync(1, burning);
        await account.UntilMinedAsync(1);
        Assert.Equal(other, TransactionEvents.ReadMined((await account.EventsAsync(TransactionEvents.MinedType)).Single()).Order);
        var parked = TransactionEvents.ReadParked((await account.EventsAsync(TransactionEvents.ParkedType)).Single());
        Assert.Equal((redemption.Id, AccountException.TooMuchGas), (parked.Order, parked.Code));
    }

    // Reads a word 512 KiB into its memory, which costs half a million: PUSH3 MLOAD STOP.
    private static readonly byte[] s_burns = [0x62, 0x08, 0x00, 0x00, 0x51, 0x00];
}
