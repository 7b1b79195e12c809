using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>A broadcast stands still: the log says so, an anchored checkpoint holds it, and the contract pays who was there by proofs alone.</summary>
public sealed class An_outage_is_paid_for(OneServer one)
{
    private const ulong Price = 3_600_000_000;

    [Fact]
    public async Task Who_watched_before_it_is_paid_by_its_length_and_once()
    {
        await using var chain = await ChainPlatform.StartAsync(anchorEverySeconds: 1);
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await chain.RegisterAsync(acme, broadcast.Id);
        var starts = DateTimeOffset.UtcNow.AddSeconds(-1);
        var sale = await chain.OpenSaleAsync(acme, broadcast.Id, new { price = $"{Price}", supply = 10, starts, startDeadline = starts.AddMinutes(30), ends = starts.AddHours(1), transfers = "never" });
        await chain.BuyAsync(broadcast.Id, sale, 2);
        await chain.BuyAsync(broadcast.Id, sale, 3);
        await broadcast.PublishAsync(one.Source, 0, 1);

        // Account 2 plays before the outage; account 3 has a ticket too, and does not.
        await PlayAsync(chain, broadcast, 2);
        var ticket = (await chain.TicketsAsync(broadcast.Id, 2))[0]!["ticket"]!.ToString();
        var other = (await chain.TicketsAsync(broadcast.Id, 3))[0]!["ticket"]!.ToString();
        await chain.UntilAsync(async () => (string)(await chain.GetAsync($"/v1/broadcasts/{broadcast.Id}/sales"))["items"]![0]!["state"]! == "started", "the start is proven on the chain");
        await Task.Delay(TimeSpan.FromSeconds(2));
        await broadcast.PublishAsync(one.Source, 1, 2, init: false);
        Assert.Equal("nothing-to-claim", await CodeAsync(chain, broadcast, ticket));

        await Task.Delay(TimeSpan.FromSeconds(7));
        await broadcast.PublishAsync(one.Source, 2, 3, init: false);
        var claim = await ClaimAsync(chain, broadcast, ticket);
        var outage = Assert.Single(claim["outages"]!.AsArray())!;
        var length = outage["until"]!.GetValue<DateTimeOffset>() - outage["from"]!.GetValue<DateTimeOffset>();
        Assert.InRange(length.TotalSeconds, 6, 20);
        await chain.SendAsync(2, claim["transaction"]!);
        await chain.UntilAsync(async () => (string)(await chain.TicketsAsync(broadcast.Id, 2))[0]!["paid"]! != "0", "the payment is seen");

        // An hour's ticket costs a million for each second of it.
        var paid = ulong.Parse((string)(await chain.TicketsAsync(broadcast.Id, 2))[0]!["paid"]!);
        Assert.InRange(paid, length.TotalSeconds * 1_000_000 - 1, length.TotalSeconds * 1_000_000 + 1);
        Assert.Equal("nothing-to-claim", await CodeAsync(chain, broadcast, ticket));
        Assert.Equal("nothing-to-claim", await CodeAsync(chain, broadcast, other));
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => chain.SendAsync(2, claim["transaction"]!));
    }

    [Fact]
    public async Task Who_falls_silent_and_never_ends_it_is_paid_for_nothing_and_each_sale_for_its_own_time()
    {
        await using var chain = await ChainPlatform.StartAsync(anchorEverySeconds: 1);
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await chain.RegisterAsync(acme, broadcast.Id);
        var starts = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 1);
        var (noon, ends) = (starts.AddSeconds(25), starts.AddSeconds(35));
        var early = await chain.OpenSaleAsync(acme, broadcast.Id, new { price = $"{Price}", supply = 10, starts, startDeadline = noon, ends = noon, transfers = "never" });
        var late = await chain.OpenSaleAsync(acme, broadcast.Id, new { price = $"{Price}", supply = 10, saleCloses = ends, starts = noon, startDeadline = ends, ends, transfers = "never" });
        await chain.BuyAsync(broadcast.Id, early, 2);
        await chain.BuyAsync(broadcast.Id, late, 3);

        // Both see a moment of it, and then comes nothing for ever: it stays live.
        await broadcast.PublishAsync(one.Source, 0, 1);
        await PlayAsync(chain, broadcast, 2);
        await PlayAsync(chain, broadcast, 3);
        using var operating = chain.Server.As(chain.Server.OperatorToken);
        await chain.UntilAsync(
            async () => (await ChainPlatform.ReadAsync(await operating.GetAsync($"/v1/ledger/entries?broadcast={broadcast.Id}&type=ticket-session-opened")))["items"]!.AsArray().Count == 2,
            "both playbacks are logged with their tickets");
        await broadcast.PublishAsync(one.Source, 1, 2, init: false);
        foreach (var (account, time, share) in ((int, (DateTimeOffset, DateTimeOffset), double)[])[(2, (starts, noon), 25), (3, (noon, ends), 10)])
        {
            var ticket = (await chain.TicketsAsync(broadcast.Id, account))[0]!["ticket"]!.ToString();
            await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, (time.Item2 - DateTimeOffset.UtcNow).TotalSeconds)));
            var claim = await ClaimAsync(chain, broadcast, ticket);
            var outage = Assert.Single(claim["outages"]!.AsArray())!;
            var (from, until) = (outage["from"]!.GetValue<DateTimeOffset>(), outage["until"]!.GetValue<DateTimeOffset>());
            Assert.True(from >= time.Item1 && until == time.Item2, $"{from:o} to {until:o}");
            await chain.SendAsync(account, claim["transaction"]!);
            await chain.UntilAsync(async () => (string)(await chain.TicketsAsync(broadcast.Id, account))[0]!["paid"]! != "0", "the payment is seen");
            var paid = double.Parse((string)(await chain.TicketsAsync(broadcast.Id, account))[0]!["paid"]!, System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal(Price * (until - from).TotalSeconds / share, paid, 1_000_000d);
        }
    }

    private static async Task PlayAsync(ChainPlatform chain, RunningBroadcast broadcast, int account)
    {
        var token = await chain.SignInAsync(broadcast.Id, account);
        using var api = chain.Server.As(token);
        await chain.UntilAsync(
            async () => (await api.PostAsJsonAsync("/v1/licences", new { kids = new[] { await broadcast.KeyIdAsync("0") }, type = "temporary" })).IsSuccessStatusCode, "the holder plays");
    }

    private static async Task<JsonNode> ClaimAsync(ChainPlatform chain, RunningBroadcast broadcast, string ticket)
    {
        JsonNode? claim = null;
        await chain.UntilAsync(
            async () =>
            {
                var answer = await chain.Server.Http.PostAsync($"/v1/broadcasts/{broadcast.Id}/tickets/{ticket}/claim", null);
                claim = answer.IsSuccessStatusCode ? await ChainPlatform.ReadAsync(answer) : null;
                return claim is not null;
            },
            "the outage is logged and anchored");
        return claim!;
    }

    private static async Task<string?> CodeAsync(ChainPlatform chain, RunningBroadcast broadcast, string ticket) => (string?)JsonNode.Parse(
        await (await chain.Server.Http.PostAsync($"/v1/broadcasts/{broadcast.Id}/tickets/{ticket}/claim", null)).Content.ReadAsStringAsync())?["code"];
}
