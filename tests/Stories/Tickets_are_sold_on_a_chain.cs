using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Server;
using LiveLedger.Media;

namespace LiveLedger.Stories;

/// <summary>A real node, our contracts, a real server: who buys a ticket watches, who passes it on does not, who is given the money back does not.</summary>
public sealed class Tickets_are_sold_on_a_chain(OneServer one)
{
    private const string Price = "1000000000000000";

    [Fact]
    public async Task A_ticket_is_bought_played_passed_on_and_refunded()
    {
        await using var chain = await ChainPlatform.StartAsync();
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        var broadcast = await acme.GoLiveAsync(keyPeriodSeconds: 10);
        await broadcast.PublishAsync(one.Source, 0, 2);
        await chain.RegisterAsync(acme, broadcast.Id);
        var sale = await chain.OpenSaleAsync(acme, broadcast.Id, Terms());

        // Before the purchase the wallet is a viewer without a ticket.
        var ann = await chain.SignInAsync(broadcast.Id, 2);
        Assert.Equal("not-entitled", await RefusalAsync(chain, ann, broadcast));
        await chain.BuyAsync(broadcast.Id, sale, 2);
        await chain.UntilAsync(async () => (await AskAsync(chain, ann, broadcast)).IsSuccessStatusCode, "the buyer may watch");
        var ticket = Assert.Single(await chain.TicketsAsync(broadcast.Id, 2))!;
        Assert.Equal((Price, "held"), ((string)ticket["face"]!, (string)ticket["standing"]!));

        // Passed on, the old holder's is over and the new holder's begins.
        var number = new TicketNumber((UInt128)(ulong)ticket["ticket"]!);
        await chain.Contracts.TransferAsync(2, 3, number);
        await UntilRefusedAsync(chain, ann, broadcast, "entitlement-transferred", "not-entitled");
        var bob = await chain.SignInAsync(broadcast.Id, 3);
        await chain.UntilAsync(async () => (await AskAsync(chain, bob, broadcast)).IsSuccessStatusCode, "the new holder may watch");

        // Cancelled, the holder takes the money back, and the ticket is no more.
        await chain.SendAsync(1, await ChainPlatform.ReadAsync(await acme.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/sales/{sale}/cancellation", null)));
        await chain.UntilAsync(async () => (string)(await chain.GetAsync($"/v1/broadcasts/{broadcast.Id}/sales"))["items"]![0]!["state"]! == "refunding", "the sale is refunding");
        var before = await BalanceAsync(chain, 3);
        await chain.SendAsync(3, await ChainPlatform.ReadAsync(await chain.Server.Http.PostAsync($"/v1/broadcasts/{broadcast.Id}/tickets/{number}/refund", null)));
        Assert.True(await BalanceAsync(chain, 3) > before);
        await UntilRefusedAsync(chain, bob, broadcast, "entitlement-refunded");
        Assert.Empty(await chain.TicketsAsync(broadcast.Id, 3));
    }

    [Fact]
    public async Task A_wallet_is_linked_to_the_shops_viewer_and_a_free_voucher_is_redeemed_by_the_platform()
    {
        await using var chain = await ChainPlatform.StartAsync();
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        await chain.RegisterAsync(acme, broadcast.Id);
        var sale = await chain.OpenSaleAsync(acme, broadcast.Id, Terms());

        var ann = await Viewer.ComeAsync(broadcast, "ann");
        using var api = chain.Server.As(ann.Token);
        var answer = await chain.SignAsync(broadcast.Id, 2, "watching");
        (await api.PutAsJsonAsync("/v1/wallet", answer)).EnsureSuccessStatusCode();
        Assert.Equal("sign-in-used", await CodeAsync(await api.PutAsJsonAsync("/v1/wallet", answer)));
        Assert.Equal("sign-in-invalid", await CodeAsync(await api.PutAsJsonAsync("/v1/wallet", await chain.SignAsync(broadcast.Id, 2, "owning"))));

        // A page elsewhere could have us ask in its own name, which its visitor's wallet then shows as true.
        using var elsewhere = new HttpRequestMessage(HttpMethod.Post, $"/v1/broadcasts/{broadcast.Id}/wallets/requests") { Content = JsonContent.Create(new { wallet = chain.Node.Accounts[2] }) };
        elsewhere.Headers.Host = "evil.example";
        Assert.Equal("public-url-missing", await CodeAsync(await chain.Server.Http.SendAsync(elsewhere)));

        var voucher = await VoucherAsync(chain, broadcast.Id, sale, buyer: 2, nonce: 7);
        var forged = voucher.DeepClone();
        forged["buyer"] = chain.Node.Accounts[4];
        Assert.Equal("voucher-invalid", await CodeAsync(await chain.Server.Http.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/redemptions", forged)));
        (await chain.Server.Http.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/redemptions", voucher)).EnsureSuccessStatusCode();
        await chain.UntilAsync(async () => (await ann.AskAsync(await broadcast.KeyIdAsync("0"))).IsSuccessStatusCode, "the linked viewer may watch");
        Assert.Equal("0", (string)Assert.Single(await chain.TicketsAsync(broadcast.Id, 2))!["face"]!);

        // The same number under another deadline is another voucher, which the contract refuses: operators see that it was given up, and why.
        var second = await VoucherAsync(chain, broadcast.Id, sale, buyer: 2, nonce: 7, hours: 2);
        (await chain.Server.Http.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/redemptions", second)).EnsureSuccessStatusCode();
        using var operators = chain.Server.As(chain.Server.OperatorToken);
        JsonArray parked = [];
        await chain.UntilAsync(async () => (parked = (await ChainPlatform.ReadAsync(await operators.GetAsync("/v1/chain/account")))["parked"]!.AsArray()).Count > 0, "it is parked");
        var why = Assert.Single(parked)!;
        Assert.Equal(("voucher-redemption", $"sale {sale}", "chain-reverted"), ((string)why["purpose"]!, (string)why["subject"]!, (string)why["code"]!));
    }

    [Fact]
    public async Task A_wallet_that_a_thief_linked_is_seen_unlinked_and_then_nobodys_but_its_own()
    {
        await using var chain = await ChainPlatform.StartAsync();
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        await chain.RegisterAsync(acme, broadcast.Id);
        var sale = await chain.OpenSaleAsync(acme, broadcast.Id, Terms());
        var ann = await Viewer.ComeAsync(broadcast, "ann");
        await ann.EntitleAsync();
        using var api = chain.Server.As(ann.Token);

        // For a moment somebody else had this token, and a wallet with a ticket.
        var wallet = $"eip155:{Anvil.ChainId}:{chain.Node.Accounts[4].ToLowerInvariant()}";
        (await api.PutAsJsonAsync("/v1/wallet", await chain.SignAsync(broadcast.Id, 4, "watching"))).EnsureSuccessStatusCode();
        await chain.BuyAsync(broadcast.Id, sale, 4);
        await chain.UntilAsync(async () => (await ViewersAsync(acme, broadcast)).SequenceEqual(["ann", "ann"]), "the ticket is the linked viewer's");
        var thief = await chain.SignInAsync(broadcast.Id, 4);
        Assert.True((await AskAsync(chain, thief, broadcast)).IsSuccessStatusCode);

        // Who has come by a wallet does not say whose wallets are, and would link the next one otherwise.
        using var signedIn = chain.Server.As(thief);
        Assert.Equal("token-of-wallet", await CodeAsync(await signedIn.PutAsJsonAsync("/v1/wallet", await chain.SignAsync(broadcast.Id, 5, "watching"))));
        Assert.Equal("token-of-wallet", await CodeAsync(await signedIn.DeleteAsync($"/v1/wallet/{wallet}")));
        Assert.Contains("token-of-wallet", await (await signedIn.GetAsync("/v1/wallet")).Content.ReadAsStringAsync(), StringComparison.Ordinal);

        Assert.Equal([wallet], await WalletsAsync(api, "/v1/wallet"));
        Assert.Equal("wallet-unknown", await CodeAsync(await api.DeleteAsync($"/v1/wallet/{wallet[..^1]}")));
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"/v1/wallet/{wallet}")).StatusCode);
        Assert.Empty(await WalletsAsync(api, "/v1/wallet"));
        Assert.Equal(["ann", wallet], await ViewersAsync(acme, broadcast));
        var own = JsonNode.Parse(Base64Url.DecodeFromChars((await chain.SignInAsync(broadcast.Id, 4)).Split('.')[1]))!;
        Assert.Equal(wallet, (string?)own["sub"]);
        Assert.True((await ann.AskAsync(await broadcast.KeyIdAsync("0"))).IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_shop_sees_and_unlinks_its_viewers_wallets_and_no_others()
    {
        await using var chain = await ChainPlatform.StartAsync();
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        using var bolt = await Broadcaster.AdmitAsync(chain.Server, "bolt");
        var broadcast = await acme.GoLiveAsync();
        var ann = await Viewer.ComeAsync(broadcast, "ann");
        using var api = chain.Server.As(ann.Token);
        (await api.PutAsJsonAsync("/v1/wallet", await chain.SignAsync(broadcast.Id, 4, "watching"))).EnsureSuccessStatusCode();

        var path = $"/v1/broadcasts/{broadcast.Id}/viewer-wallets";
        var wallet = Assert.Single(await WalletsAsync(acme.Api, $"{path}?viewer=ann"));
        Assert.Empty(await WalletsAsync(acme.Api, $"{path}?viewer=bob"));
        Assert.Equal("broadcast-unknown", await CodeAsync(await bolt.Api.DeleteAsync($"{path}/{wallet}?viewer=ann")));
        Assert.Equal("wallet-unknown", await CodeAsync(await acme.Api.DeleteAsync($"{path}/{wallet}?viewer=bob")));
        Assert.Equal(HttpStatusCode.NoContent, (await acme.Api.DeleteAsync($"{path}/{wallet}?viewer=ann")).StatusCode);
        Assert.Empty(await WalletsAsync(api, "/v1/wallet"));
    }

    [Fact]
    public async Task A_sale_that_the_chain_takes_back_takes_the_right_along_under_two_confirmations()
    {
        await using var chain = await ChainPlatform.StartAsync(confirmations: 2, more: ["--block-time", "1"]);
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        await chain.RegisterAsync(acme, broadcast.Id);
        var sale = await chain.OpenSaleAsync(acme, broadcast.Id, Terms());
        var ann = await chain.SignInAsync(broadcast.Id, 2);
        var bought = await chain.Node.BlockNumberAsync();
        await chain.BuyAsync(broadcast.Id, sale, 2);
        await chain.UntilAsync(async () => (await AskAsync(chain, ann, broadcast)).IsSuccessStatusCode, "the buyer may watch");

        // One more: a block may come between the question and the reorg. The sale was seen under two confirmations, and lies deeper.
        await chain.Node.ReorgAsync((int)(await chain.Node.BlockNumberAsync() - bought) + 1);
        await UntilRefusedAsync(chain, ann, broadcast, "entitlement-suspended");
        Assert.Empty(await chain.TicketsAsync(broadcast.Id, 2));
        Assert.Single((await chain.GetAsync($"/v1/broadcasts/{broadcast.Id}/sales"))["items"]!.AsArray());
    }

    private static async Task<IReadOnlyList<string?>> WalletsAsync(HttpClient api, string path) =>
        [.. (await ChainPlatform.ReadAsync(await api.GetAsync(path)))["items"]!.AsArray().Select(static w => (string?)w!["wallet"])];

    // Whose the entitlements are, by the shop's names.
    private static async Task<IReadOnlyList<string?>> ViewersAsync(Broadcaster shop, RunningBroadcast broadcast) =>
        [.. (await ChainPlatform.ReadAsync(await shop.Api.GetAsync($"/v1/broadcasts/{broadcast.Id}/entitlements")))["items"]!.AsArray().Select(static e => (string?)e!["viewer"]).Order(StringComparer.Ordinal)];

    private static object Terms() => new
    {
        price = Price,
        supply = 10,
        starts = DateTimeOffset.UtcNow.AddMinutes(5),
        ends = DateTimeOffset.UtcNow.AddHours(2),
        transfers = "always",
    };

    private static async Task<HttpResponseMessage> AskAsync(ChainPlatform chain, string token, RunningBroadcast broadcast)
    {
        using var api = chain.Server.As(token);
        return await api.PostAsJsonAsync("/v1/licences", new { kids = new[] { await broadcast.KeyIdAsync("0") }, type = "temporary" });
    }

    private static async Task<string?> RefusalAsync(ChainPlatform chain, string token, RunningBroadcast broadcast) => await CodeAsync(await AskAsync(chain, token, broadcast));

    private static async Task UntilRefusedAsync(ChainPlatform chain, string token, RunningBroadcast broadcast, params string[] codes)
    {
        string? last = null;
        try
        {
            await chain.UntilAsync(async () => Array.IndexOf(codes, last = await RefusalAsync(chain, token, broadcast)) >= 0, $"one of {string.Join(", ", codes)}");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"the last answer was '{last}'", e);
        }
    }

    private static async Task<string?> CodeAsync(HttpResponseMessage answer) =>
        answer.StatusCode == HttpStatusCode.OK || answer.StatusCode == HttpStatusCode.NoContent ? null : (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())?["code"];

    private static async Task<UInt128> BalanceAsync(ChainPlatform chain, int account) =>
        HexText.TryReadQuantity((string?)await chain.Node.CallAsync("eth_getBalance", chain.Node.Accounts[account], "latest"), out var balance) ? balance : throw new InvalidOperationException();

    // Signed by the broadcaster's wallet, as a shop does.
    private static async Task<JsonObject> VoucherAsync(ChainPlatform chain, BroadcastId broadcast, string sale, int buyer, int nonce, int hours = 1)
    {
        var deadline = (ulong)DateTimeOffset.UtcNow.AddHours(hours).ToUnixTimeSeconds();
        static JsonObject Field(string name, string type) => new() { ["name"] = name, ["type"] = type };
        var typed = new JsonObject
        {
            ["domain"] = new JsonObject { ["name"] = "LiveLedger Tickets", ["version"] = "1", ["chainId"] = Anvil.ChainId, ["verifyingContract"] = chain.Contracts.Tickets.ToString() },
            ["primaryType"] = "Voucher",
            ["types"] = new JsonObject
            {
                ["EIP712Domain"] = new JsonArray(Field("name", "string"), Field("version", "string"), Field("chainId", "uint256"), Field("verifyingContract", "address")),
                ["Voucher"] = new JsonArray(
                    Field("sale", "uint256"), Field("buyer", "address"), Field("currency", "address"), Field("price", "uint128"), Field("nonce", "uint256"), Field("deadline", "uint64")),
            },
            ["message"] = new JsonObject
            {
                ["sale"] = sale,
                ["buyer"] = chain.Node.Accounts[buyer],
                ["currency"] = Address.Zero.ToString(),
                ["price"] = "0",
                ["nonce"] = $"{nonce}",
                ["deadline"] = $"{deadline}",
            },
        };
        var signature = (string)(await chain.Node.CallAsync("eth_signTypedData_v4", chain.Node.Accounts[1], typed))!;
        return new() { ["sale"] = sale, ["buyer"] = chain.Node.Accounts[buyer], ["nonce"] = $"{nonce}", ["deadline"] = deadline, ["signature"] = signature };
    }
}
