using LiveLedger.Anchoring.Transactions;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Cryptography;

namespace LiveLedger.Anchoring.Tests.Endpoints;

public sealed class What_the_platform_pays_for
{
    [Fact]
    public async Task A_voucher_is_redeemed_whether_its_signature_ends_in_27_and_28_or_in_0_and_1_and_either_way_it_is_one_order()
    {
        await using var pays = await PlatformPays.StartAsync();
        var raw = await pays.PostAsync("redemptions", await pays.VoucherAsync(pays.Kept.Chain.Sale, 7, v: 27));
        var usual = await pays.PostAsync("redemptions", await pays.VoucherAsync(pays.Kept.Chain.Sale, 7));
        Assert.Equal((202, 202, (string)raw["order"]!), ((int)raw["status"]!, (int)usual["status"]!, (string)usual["order"]!));
        await pays.Kept.SendAsync();
        await pays.Kept.SettleAsync();
        Assert.Empty((await pays.Kept.Book.ReadAsync(default)).Parked);
        Assert.Single(await pays.Kept.View.TicketsAsync(pays.Kept.Chain.Anvil.Account(2), pays.Kept.Chain.Broadcast, default));
    }

    [Fact]
    public async Task No_more_vouchers_wait_than_the_sale_has_tickets_left_and_a_sale_without_any_takes_none()
    {
        await using var pays = await PlatformPays.StartAsync();
        var chain = pays.Kept.Chain;
        var sale = await chain.Contracts.OpenSaleAsync(1, chain.Contracts.Terms(chain.Broadcast, Sha256Hash.Of("test.example/log"u8), TimeProvider.System.GetUtcNow()) with { Supply = 3 });
        await chain.Contracts.BuyAsync(3, sale, 1_000_000);
        await pays.Kept.FollowAsync();
        var vouchers = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => pays.VoucherAsync(sale, n)));
        var first = await pays.PostAsync("redemptions", vouchers[0]);
        Assert.Equal((202, 202), ((int)first["status"]!, (int)(await pays.PostAsync("redemptions", vouchers[1]))["status"]!));
        var third = await pays.PostAsync("redemptions", vouchers[2]);
        Assert.Equal((429, "too-many-redemptions"), ((int)third["status"]!, (string?)third["code"]));
        Assert.Equal((string)first["order"]!, (string?)(await pays.PostAsync("redemptions", vouchers[0]))["order"]);
        Assert.Equal(202, (int)(await pays.PostAsync("redemptions", await pays.VoucherAsync(chain.Sale, 0)))["status"]!);

        await pays.Kept.SendAsync();
        await pays.Kept.SettleAsync();
        var late = await pays.PostAsync("redemptions", vouchers[2]);
        Assert.Equal((409, "sold-out"), ((int)late["status"]!, (string?)late["code"]));
    }

    [Fact]
    public async Task A_voucher_for_a_sale_that_sells_no_more_is_not_paid_for()
    {
        await using var pays = await PlatformPays.StartAsync();
        var voucher = await pays.VoucherAsync(pays.Kept.Chain.Sale, 1);
        var terms = (await pays.Kept.View.SaleAsync((ulong)pays.Kept.Chain.Sale.Value, default))!.State.Terms;
        pays.Kept.Clock.Step(DateTimeOffset.FromUnixTimeSeconds((long)terms.StartDeadline + 1) - pays.Kept.Clock.GetUtcNow());
        var late = await pays.PostAsync("redemptions", voucher);
        Assert.Equal((400, "voucher-invalid"), ((int)late["status"]!, (string?)late["code"]));
        Assert.Empty(await pays.Kept.OrderedAsync(OrderPurpose.Redemption));
    }

    [Fact]
    public async Task A_sale_whose_vouchers_were_refused_two_hundred_times_within_an_hour_takes_none_for_a_while()
    {
        await using var pays = await PlatformPays.StartAsync();
        var (kept, subject) = (pays.Kept, $"sale {pays.Kept.Chain.Sale}");
        for (var n = 0; n < 200; n++)
        {
            var order = Guid.CreateVersion7();
            await kept.Book.OrderAsync(new(order, OrderPurpose.Redemption, subject, kept.Chain.Deployment.Tickets, 0, new byte[] { (byte)n }), "viewer", default);
            Assert.True(await kept.Book.TryAppendAsync(await kept.Book.ReadAsync(default), [TransactionEvents.Parked(TimeProvider.System, order, AccountException.Reverted, "NonceUsed")], default));
        }

        Assert.Equal(429, (int)(await pays.PostAsync("redemptions", await pays.VoucherAsync(kept.Chain.Sale, 1)))["status"]!);
    }

    [Fact]
    public async Task No_more_than_two_hundred_vouchers_of_a_sale_wait()
    {
        await using var pays = await PlatformPays.StartAsync();
        var chain = pays.Kept.Chain;
        var sale = await chain.Contracts.OpenSaleAsync(1, chain.Contracts.Terms(chain.Broadcast, Sha256Hash.Of("test.example/log"u8), TimeProvider.System.GetUtcNow()) with { Supply = 1000 });
        await pays.Kept.FollowAsync();
        for (var n = 0; n < 200; n++)
        {
            await pays.Kept.Book.OrderAsync(new(Guid.CreateVersion7(), OrderPurpose.Redemption, $"sale {sale}", chain.Deployment.Tickets, 0, new byte[] { (byte)n }), "viewer", default);
        }

        Assert.Equal(429, (int)(await pays.PostAsync("redemptions", await pays.VoucherAsync(sale, 1)))["status"]!);
    }

    [Fact]
    public async Task A_token_that_is_ordered_for_one_wallet_is_none_for_another_and_one_that_was_parked_can_be_ordered()
    {
        await using var app = await PlatformPays.StartAsync();
        var kept = app.Kept;
        foreach (var account in (int[])[1, 2])
        {
            await kept.Wallets.LinkAsync(kept.Chain.Anvil.Account(account), "acme", default);
        }

        // It has one: of the first wallet's.
        var registered = await app.PostAsync("token", new { wallet = kept.Chain.Anvil.Accounts[2] });
        Assert.Equal((409, "token-registered"), ((int)registered["status"]!, (string?)registered["code"]));
        await kept.Chain.Ledger.ExecuteAsync("DELETE FROM chain.tokens");

        var one = await app.PostAsync("token", new { wallet = kept.Chain.Anvil.Accounts[1] });
        var other = await app.PostAsync("token", new { wallet = kept.Chain.Anvil.Accounts[2] });
        Assert.Equal((202, 409, "token-ordered"), ((int)one["status"]!, (int)other["status"]!, (string?)other["code"]));
        Assert.Equal((string)one["order"]!, (string?)(await app.PostAsync("token", new { wallet = kept.Chain.Anvil.Accounts[1] }))["order"]);

        // The contract refuses, since there is one: parked, the order stands for nothing.
        await kept.SendAsync();
        for (var waited = 0; (await kept.Book.ReadAsync(default)).Parked.Count == 0; waited++)
        {
            Assert.True(waited < 200, "it is parked");
            await Task.Delay(50);
        }

        other = await app.PostAsync("token", new { wallet = kept.Chain.Anvil.Accounts[2] });
        Assert.Equal(202, (int)other["status"]!);
        Assert.NotEqual((string)one["order"]!, (string)other["order"]!);
    }
}
