using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Endpoints;
using LiveLedger.Anchoring.Keeping;
using LiveLedger.Anchoring.Tests.Keeping;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Harness.Ledgers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Tests.Endpoints;

public sealed class What_operators_see_and_order
{
    [Fact]
    public async Task An_empty_log_is_refused_by_name_and_ordered_to_be_anchored_once_it_has_entries()
    {
        await using var kept = await KeptSales.StartUnseenAsync();
        await using var host = await ServeAsync(kept);
        using var http = new HttpClient { BaseAddress = new(host.Urls.Single()) };
        Assert.Equal(0UL, kept.Desk.Published.Size.Value);
        using var empty = await http.PostAsync("/v1/chain/anchors", null);
        Assert.Equal((HttpStatusCode.Conflict, "log-empty"), (empty.StatusCode, (string?)(await empty.Content.ReadFromJsonAsync<JsonNode>())!["code"]));

        await kept.FollowAsync();
        await kept.Chain.Ledger.UntilPublishedAsync(1);
        using var taken = await http.PostAsync("/v1/chain/anchors", null);
        Assert.Equal(HttpStatusCode.Accepted, taken.StatusCode);
        Assert.InRange((ulong)(await taken.Content.ReadFromJsonAsync<JsonNode>())!["size"]!, 1UL, kept.Desk.Published.Size.Value);
    }

    [Fact]
    public async Task What_was_given_up_is_listed_with_its_reason_the_latest_first_and_no_more_than_a_hundred()
    {
        await using var kept = await KeptSales.StartAsync();
        await using var host = await ServeAsync(kept);
        using var http = new HttpClient { BaseAddress = new(host.Urls.Single()) };
        var orders = Enumerable.Range(0, 101).Select(static _ => Guid.CreateVersion7()).ToArray();
        foreach (var (n, order) in orders.Index())
        {
            await kept.Book.OrderAsync(new(order, OrderPurpose.Redemption, $"sale {n}", kept.Chain.Deployment.Tickets, 0, new byte[] { (byte)n }), "viewer", default);
            Assert.True(await kept.Book.TryAppendAsync(await kept.Book.ReadAsync(default), [TransactionEvents.Parked(TimeProvider.System, order, AccountException.Reverted, "NonceUsed")], default));
        }

        var told = (await http.GetFromJsonAsync<JsonNode>("/v1/chain/account"))!;
        Assert.Empty(told["waiting"]!.AsArray());
        var parked = told["parked"]!.AsArray();
        Assert.Equal(orders.Skip(1).Reverse(), parked.Select(static p => (Guid)p!["order"]!));
        Assert.Equal(
            ("voucher-redemption", "sale 100", "chain-reverted", "NonceUsed"),
            ((string)parked[0]!["purpose"]!, (string)parked[0]!["subject"]!, (string)parked[0]!["code"]!, (string)parked[0]!["detail"]!));
    }

    private static async Task<WebApplication> ServeAsync(KeptSales kept)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var chain = kept.Chain;
        builder.Services.AddSingleton(kept.View).AddSingleton(kept.Book).AddSingleton(kept.Desk).AddSingleton(kept.Settings).AddSingleton(kept.Links).AddSingleton<TimeProvider>(kept.Clock)
            .AddSingleton(new ReceiptBook(chain.Ledger.Database, chain.Deployment)).AddSingleton(new ChainStatus(kept.Clock)).AddSingleton<ChainStatusEndpoints>()
            .AddSingleton(_ => new AccountSender(
                chain.Ledger.Database, kept.Book, chain.Node, null, new() { Account = kept.Settings.Account, Confirmations = 1 }, kept.Clock, new CapturedLog<AccountSender>()));
        var host = builder.Build();
        ChainStatusEndpoints.MapOperators(host.MapGroup("/v1/chain"));
        await host.StartAsync();
        return host;
    }
}
