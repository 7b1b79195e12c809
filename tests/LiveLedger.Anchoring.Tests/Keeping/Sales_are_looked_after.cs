using System.Globalization;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Chain.Contracts;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Cryptography;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Tests.Keeping;

/// <summary>Real contracts on a real node: what a message has lost, and what was parked, is ordered again while the sale waits for it.</summary>
public sealed class Sales_are_looked_after
{
    [Fact]
    public async Task A_start_that_no_message_told_of_is_anchored_though_an_anchor_of_less_waits_and_is_proved()
    {
        await using var kept = await KeptSales.StartAsync();
        await kept.Chain.Ledger.UntilPublishedAsync(3);
        await kept.Desk.AnchorAsync("schedule", null, default);
        var start = await kept.StartBroadcastAsync();
        await kept.Caretaker.LookAsync(default);
        await kept.Caretaker.LookAsync(default);
        var sizes = (await kept.OrderedAsync(OrderPurpose.CheckpointAnchor)).Select(static o => ulong.Parse(o.Subject.Split(' ')[^1], CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(2, sizes.Length);
        Assert.True(sizes[0] <= start.Index.Value && sizes[1] > start.Index.Value, $"{sizes[0]} and {sizes[1]}, the start being {start.Index}");

        await kept.SendAsync();
        await kept.SettleAsync();
        await kept.Caretaker.LookAsync(default);
        Assert.Single(await kept.OrderedAsync(OrderPurpose.StartProof));
        await kept.SettleAsync();
        Assert.Equal("started", (await kept.View.SaleAsync((ulong)kept.Chain.Sale.Value, default))!.State.State);
        await kept.Caretaker.LookAsync(default);
        Assert.Equal((2, 1), ((await kept.OrderedAsync(OrderPurpose.CheckpointAnchor)).Count, (await kept.OrderedAsync(OrderPurpose.StartProof)).Count));
    }

    [Fact]
    public async Task A_proof_that_was_parked_is_ordered_again_and_so_is_what_is_due()
    {
        await using var kept = await KeptSales.StartAsync();
        await kept.StartBroadcastAsync();
        await kept.Caretaker.LookAsync(default);
        await kept.SendAsync();
        await kept.SettleAsync();
        await kept.EndSenderAsync();
        await kept.Caretaker.LookAsync(default);
        await ParkAsync(kept, OrderPurpose.StartProof);
        await kept.Caretaker.LookAsync(default);
        Assert.Single(await kept.OrderedAsync(OrderPurpose.StartProof));
        kept.Clock.Step(TimeSpan.FromSeconds(65));
        await kept.Caretaker.LookAsync(default);
        Assert.Equal(2, (await kept.OrderedAsync(OrderPurpose.StartProof)).Select(static o => o.Order).Distinct().Count());

        // Nobody has proved it until its deadline.
        kept.Clock.Step(TimeSpan.FromMinutes(30));
        await kept.Caretaker.LookAsync(default);
        await ParkAsync(kept, OrderPurpose.StartMissed);
        kept.Clock.Step(TimeSpan.FromSeconds(65));
        await kept.Caretaker.LookAsync(default);
        Assert.Equal(2, (await kept.OrderedAsync(OrderPurpose.StartMissed)).Select(static o => o.Order).Distinct().Count());
    }

    [Fact]
    public async Task A_number_that_the_chain_gives_to_another_broadcasts_sale_has_orders_of_its_own()
    {
        await using var kept = await KeptSales.StartAsync();
        kept.Clock.Step(TimeSpan.FromMinutes(30));
        await kept.Caretaker.LookAsync(default);

        await kept.Chain.Anvil.ReorgAsync(1);
        var other = BroadcastId.New(TimeProvider.System);
        await kept.Chain.Contracts.RegisterAsync(other, owner: 1, new([.. Enumerable.Range(1, 32).Select(static i => (byte)i)]));
        var sale = await kept.Chain.Contracts.OpenSaleAsync(owner: 1, kept.Chain.Contracts.Terms(other, Sha256Hash.Of("test.example/log"u8), TimeProvider.System.GetUtcNow()));
        Assert.Equal(kept.Chain.Sale, sale);
        await kept.FollowAsync();
        Assert.Equal(other, (await kept.View.SaleAsync((ulong)sale.Value, default))!.Broadcast);
        await kept.Caretaker.LookAsync(default);
        var ordered = await kept.OrderedAsync(OrderPurpose.StartMissed);
        Assert.Equal(2, ordered.Count);
        Assert.Equal([$"sale {sale}"], ordered.Select(static o => o.Subject).Distinct());
    }

    [Fact]
    public async Task A_start_that_the_contract_will_never_take_is_neither_anchored_for_nor_proved()
    {
        await using var kept = await KeptSales.StartAsync();
        await kept.StartBroadcastAsync();
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await kept.Chain.Contracts.OpenSaleAsync(owner: 1, kept.Chain.Contracts.Terms(kept.Chain.Broadcast, kept.Desk.Origin, TimeProvider.System.GetUtcNow()) with
        {
            Starts = (ulong)now + 100_000,
            StartDeadline = (ulong)now + 101_000,
            Ends = (ulong)now + 110_000,
            ClaimDeadline = (ulong)now + 200_000,
        });
        await kept.Chain.Ledger.ExecuteAsync($"DELETE FROM chain.sales WHERE sale = {kept.Chain.Sale}");
        await kept.FollowAsync();
        await kept.Desk.AnchorAsync("test", null, default);
        await kept.SendAsync();
        await kept.SettleAsync();
        await kept.Checkpoints.ProveStartsAsync(default);

        // A day and four hours later its time has come; the start was logged too early all the same.
        kept.Clock.Step(TimeSpan.FromSeconds(100_500));
        await kept.Checkpoints.ProveStartsAsync(default);
        await kept.Caretaker.LookAsync(default);
        Assert.Empty(await kept.OrderedAsync(OrderPurpose.StartProof));
    }

    [Fact]
    public async Task A_sale_that_goes_by_another_account_or_log_is_its_owners_to_look_after()
    {
        await using var kept = await KeptSales.StartAsync();
        var terms = kept.Chain.Contracts.Terms(kept.Chain.Broadcast, kept.Desk.Origin, TimeProvider.System.GetUtcNow());
        await kept.Chain.Contracts.OpenSaleAsync(owner: 1, terms with { Submitter = kept.Chain.Anvil.Account(3) });
        await kept.Chain.Contracts.OpenSaleAsync(owner: 1, terms with { Origin = Sha256Hash.Of("another.example/log"u8) });
        await kept.FollowAsync();
        Assert.Equal(3, (await kept.View.RunningSalesAsync(default)).Count);
        kept.Clock.Step(TimeSpan.FromMinutes(30));
        await kept.Caretaker.LookAsync(default);
        Assert.Equal([$"sale {kept.Chain.Sale}"], (await kept.OrderedAsync(OrderPurpose.StartMissed)).Select(static o => o.Subject));
    }

    [Fact]
    public async Task However_many_sales_run_none_is_overlooked()
    {
        await using var kept = await KeptSales.StartAsync();
        await kept.Chain.Ledger.ExecuteAsync(
            """
            INSERT INTO chain.sales (deployment, sale, broadcast, broadcaster, state, cancelled, terms)
            SELECT deployment, n, broadcast, broadcaster, state, cancelled, terms FROM chain.sales, generate_series(1000, 11100) AS n
            """);
        var sales = await kept.View.RunningSalesAsync(default);
        Assert.Equal((10_102, 11_100UL), (sales.Count, sales[^1].Sale));
        Assert.Equal(sales.Count, sales.Select(static s => s.Sale).Distinct().Count());
    }

    // As a node's refusal of old did it.
    private static async Task ParkAsync(KeptSales kept, string purpose)
    {
        var state = await kept.Book.ReadAsync(default);
        var order = Assert.Single(state.Waiting, o => o.Purpose == purpose);
        Assert.True(await kept.Book.TryAppendAsync(state, [TransactionEvents.Parked(TimeProvider.System, order.Id, AccountException.Reverted, "the node has said no")], default));
    }
}
