using System.Diagnostics;
using System.Text.Json.Nodes;
using LiveLedger.Chain.Contracts;
using LiveLedger.Harness;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>Somebody else's code, with the published ABI alone, comes to what the platform shows.</summary>
public sealed class An_outsider_reads_the_chain(OneServer one)
{
    [Fact]
    public async Task Viem_agrees_with_the_platform_about_tickets_sales_tokens_and_anchors()
    {
        await using var chain = await ChainPlatform.StartAsync(anchorEverySeconds: 1);
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        await chain.RegisterAsync(acme, broadcast.Id);
        var starts = DateTimeOffset.UtcNow.AddSeconds(-1);
        var sale = await chain.OpenSaleAsync(acme, broadcast.Id, new { price = "1000", supply = 10, starts, ends = starts.AddHours(1) });
        foreach (var buyer in (int[])[2, 3, 4, 5])
        {
            await chain.BuyAsync(broadcast.Id, sale, buyer);
        }

        await chain.UntilAsync(async () => (await chain.TicketsAsync(broadcast.Id, 5)).Count == 1, "all are seen");
        var numbers = new List<TicketNumber>();
        foreach (var holder in (int[])[2, 3, 4, 5])
        {
            numbers.Add(new((UInt128)(ulong)(await chain.TicketsAsync(broadcast.Id, holder))[0]!["ticket"]!));
        }

        // One is passed on, one given up, and one taken back after the sale was cancelled.
        await chain.Contracts.TransferAsync(2, 6, numbers[0]);
        await chain.Contracts.SendAsync(3, chain.Contracts.Tickets, TicketsCalls.Burn(numbers[1]));
        await chain.Contracts.SendAsync(1, chain.Contracts.Tickets, TicketsCalls.Cancel(new(ulong.Parse(sale))));
        await chain.Contracts.SendAsync(4, chain.Contracts.Tickets, TicketsCalls.Refund(numbers[2], TestContracts.Account(chain.Node, 4)));
        await chain.UntilAsync(async () => (string)(await chain.GetAsync($"/v1/broadcasts/{broadcast.Id}/sales"))["items"]![0]!["state"]! == "refunding", "the cancellation is seen");
        await chain.UntilAsync(async () => (await chain.TicketsAsync(broadcast.Id, 4)).Count == 0, "the refund is seen");

        var seen = await ReadAsync(chain);
        Assert.Equal("refunding", (string)seen["sales"]![sale]!["state"]!);
        Assert.Equal(broadcast.Id.ToString(), (string)seen["sales"]![sale]!["broadcast"]!);
        Assert.Equal(
            [(chain.Node.Accounts[6].ToLowerInvariant(), "held"), (null, "burned"), (null, "refunded"), (chain.Node.Accounts[5].ToLowerInvariant(), "held")],
            numbers.Select(n => ((string?)seen["tickets"]![n.ToString()]!["holder"], (string)seen["tickets"]![n.ToString()]!["standing"]!)));
        for (var account = 2; account < 8; account++)
        {
            var theirs = seen["tickets"]!.AsObject().Where(t => (string?)t.Value!["holder"] == chain.Node.Accounts[account].ToLowerInvariant()).Select(static t => $"{t.Key} {t.Value!["face"]} {t.Value["standing"]}").Order();
            Assert.Equal(theirs, (await chain.TicketsAsync(broadcast.Id, account)).Select(static t => $"{t!["ticket"]} {t["face"]} {t["standing"]}").Order());
        }

        var token = await chain.GetAsync($"/v1/broadcasts/{broadcast.Id}/token");
        var theirToken = seen["tokens"]![broadcast.Id.ToString()]!;
        Assert.Equal(((string)token["owner"]!, (string)token["controller"]!, (string)token["identity"]!), ((string)theirToken["owner"]!, (string)theirToken["controller"]!, (string)theirToken["identity"]!));

        // Anchors go on by the second: every one that the platform shows, the outsider has seen.
        var shown = (await chain.GetAsync("/v1/chain/anchors"))["items"]!.AsArray().Select(static a => $"{a!["size"]} {a["root"]}").ToHashSet();
        var read = (await ReadAsync(chain))["anchors"]!.AsArray().Select(static a => $"{a!["size"]} {a["root"]}").ToHashSet();
        Assert.NotEmpty(shown);
        Assert.Subset(read, shown);
    }

    private static async Task<JsonNode> ReadAsync(ChainPlatform chain)
    {
        var start = new ProcessStartInfo("node", ["readers/view.mjs", chain.Node.Url, $"{chain.Contracts.Anchor}", $"{chain.Contracts.Ownership}", $"{chain.Contracts.Tickets}"])
        {
            WorkingDirectory = Path.Combine(RepositoryRoot.Path, "contracts"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var node = Process.Start(start)!;
        var said = node.StandardOutput.ReadToEndAsync();
        var complained = await node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync();
        return node.ExitCode == 0 ? JsonNode.Parse(await said)! : throw new InvalidOperationException(complained);
    }
}
