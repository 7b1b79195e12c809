using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Media;
using LiveLedger.Harness.Server;

namespace LiveLedger.Faults.Messages;

/// <summary>Anchors are ordered over a real RabbitMQ. It dies before a broadcast ends, and stays away while much is logged.</summary>
[Collection(A_broker.Name)]
public sealed class Anchors_over_a_broker(A_broker a)
{
    // More than a subscription looks at before it goes on.
    private const int Logged = 300;

    [Fact]
    public async Task A_broadcast_that_ends_without_the_broker_is_anchored_all_the_same_and_tickets_do_not_wait_for_it()
    {
        await using var chain = await ChainPlatform.StartAsync(broker: a.Broker.Address);
        using var source = await CmafSource.MakeAsync(10);
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        var sold = await acme.GoLiveAsync();
        await sold.PublishAsync(source, 0, 2);
        await chain.RegisterAsync(acme, sold.Id);
        var sale = await chain.OpenSaleAsync(acme, sold.Id, Terms());
        var ended = await acme.GoLiveAsync();
        await ended.PublishAsync(source, 0, 2);

        // The schedule has had its turn, and the next is in an hour.
        await a.Broker.KillAsync();
        var watch = Stopwatch.StartNew();
        await ended.EndAsync();
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"the end took {watch.Elapsed}");
        var atEnd = await SizeAsync(chain);
        using var operators = chain.Server.As(chain.Server.OperatorToken);
        var ordered = await operators.PostAsync("/v1/chain/anchors", null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ordered.StatusCode);
        Assert.Equal("bus-away", (string?)JsonNode.Parse(await ordered.Content.ReadAsStringAsync())!["code"]);

        // What is live goes on, and what happens on the chain has its effect.
        for (var n = 0; n < Logged; n++)
        {
            await acme.CreateAsync();
        }

        var size = await SizeAsync(chain);
        await sold.PublishAsync(source, 2, 4, init: false);
        using var ann = chain.Server.As(await chain.SignInAsync(sold.Id, 2));
        await chain.BuyAsync(sold.Id, sale, 2);
        await chain.UntilAsync(
            async () => (await ann.PostAsJsonAsync("/v1/licences", new { kids = new[] { await sold.KeyIdAsync("0") }, type = "temporary" })).IsSuccessStatusCode, "the buyer may watch");
        (await chain.Server.Http.GetAsync("/health/ready")).EnsureSuccessStatusCode();
        // The place moves behind a whole batch, which may be a moment after one of its effects shows.
        await chain.UntilAsync(async () => await PlaceAsync(operators, "chain_effects") > size, "what follows from the chain goes on");
        await chain.UntilAsync(async () => await AnchoredAsync(chain) >= atEnd, "the anchor of the end, for which the database is enough");

        await a.Broker.StartAgainAsync();
        await chain.UntilAsync(async () => (await operators.PostAsync("/v1/chain/anchors", null)).StatusCode == HttpStatusCode.Accepted, "the broker takes orders again");
        await chain.UntilAsync(async () => await AnchoredAsync(chain) >= size, "the anchor that was ordered over it");
    }

    private static async Task<ulong> AnchoredAsync(ChainPlatform chain) => (ulong?)(await chain.GetAsync("/v1/chain"))["anchored"] ?? 0;

    private static async Task<ulong> SizeAsync(ChainPlatform chain) =>
        ulong.Parse((await chain.Server.Http.GetStringAsync("/log/checkpoint")).Split('\n')[1], CultureInfo.InvariantCulture);

    private static async Task<ulong> PlaceAsync(HttpClient operators, string subscription) =>
        (ulong)(await operators.GetFromJsonAsync<JsonNode>("/v1/ledger/subscriptions"))!["items"]!.AsArray().Single(s => (string)s!["name"]! == subscription)!["next"]!;

    private static object Terms() => new
    {
        price = "1000000000000000",
        supply = 10,
        starts = DateTimeOffset.UtcNow.AddMinutes(5),
        ends = DateTimeOffset.UtcNow.AddHours(2),
        transfers = "always",
    };
}
