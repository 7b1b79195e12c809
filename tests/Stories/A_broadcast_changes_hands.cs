using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Ownership;
using LiveLedger.Chain.Proofs;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>What a token on the chain decides: who controls the broadcast, and what was broadcast. And that the log itself is anchored, for anybody to check.</summary>
public sealed class A_broadcast_changes_hands(OneServer one)
{
    [Fact]
    public async Task The_new_owner_controls_it_once_it_has_accepted_and_named_its_key()
    {
        await using var chain = await ChainPlatform.StartAsync();
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        using var newco = await Broadcaster.AdmitAsync(chain.Server, "newco");
        var broadcast = await acme.CreateAsync();
        await acme.CertifyAsync(broadcast);
        await chain.RegisterAsync(acme, broadcast.Id);
        await chain.LinkOwnerAsync(newco, broadcast.Id, 5);

        // Sold and not accepted yet: nothing has changed here.
        var token = OwnershipToken.Of(broadcast.Id.Value);
        await chain.Contracts.SendAsync(1, chain.Contracts.Ownership, Erc721Calls.TransferFrom(TestContracts.Account(chain.Node, 1), TestContracts.Account(chain.Node, 5), token.Value));
        var seller = TestContracts.Account(chain.Node, 1).ToString();
        await chain.UntilAsync(async () => (string)(await chain.GetAsync($"/v1/broadcasts/{broadcast.Id}/token"))["owner"]! != seller, "the transfer is seen");
        Assert.Equal(HttpStatusCode.OK, (await acme.Api.GetAsync($"/v1/broadcasts/{broadcast.Id}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await newco.Api.GetAsync($"/v1/broadcasts/{broadcast.Id}")).StatusCode);

        var identity = Base64Url.EncodeToString(newco.Identity.PublicKey.Value.ToArray());
        await chain.SendAsync(5, await ChainPlatform.ReadAsync(await newco.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/token/hand-over", new { identity })));
        await chain.UntilAsync(async () => (await newco.Api.GetAsync($"/v1/broadcasts/{broadcast.Id}")).IsSuccessStatusCode, "the new owner has it");
        Assert.Equal(HttpStatusCode.NotFound, (await acme.Api.GetAsync($"/v1/broadcasts/{broadcast.Id}")).StatusCode);

        // What the old owner certified is over; the new one's own key goes on.
        var key = (string)JsonNode.Parse(await newco.Api.GetStringAsync($"/v1/broadcasts/{broadcast.Id}"))!["sessionKey"]!;
        Assert.Null(JsonNode.Parse(await newco.Api.GetStringAsync($"/v1/broadcasts/{broadcast.Id}"))!["signer"]);
        await newco.CertifyAsync(broadcast with { Owner = newco, SessionKey = key });
        (await newco.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/start", null)).EnsureSuccessStatusCode();
        Assert.Equal(HttpStatusCode.Forbidden, (await broadcast.PushAsync("0/init.mp4", [1, 2, 3])).StatusCode);
    }

    [Fact]
    public async Task At_its_end_the_token_says_what_was_broadcast_and_the_log_is_anchored()
    {
        await using var chain = await ChainPlatform.StartAsync();
        using var acme = await Broadcaster.AdmitAsync(chain.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await chain.RegisterAsync(acme, broadcast.Id);
        await broadcast.PublishAsync(one.Source, 0, 2);
        await broadcast.EndAsync();
        await chain.UntilAsync(async () => (await chain.GetAsync($"/v1/broadcasts/{broadcast.Id}/token"))["contentRoot"] is not null, "the token is sealed");

        // Made again from what the end states, as anybody can.
        var totals = JsonNode.Parse(await acme.Api.GetStringAsync($"/v1/broadcasts/{broadcast.Id}"))!["totals"]!.AsArray();
        var root = ContentRoot.Of(totals.Select(static t => (
            (string)t!["track"]!, t["segments"]!.GetValue<uint>(), (string?)t["lastRecord"] is { } last ? new Sha256Hash(new(Convert.FromHexString(last))) : (Sha256Hash?)null)));
        Assert.Equal(HexText.Of(root.ToArray()), (string)(await chain.GetAsync($"/v1/broadcasts/{broadcast.Id}/token"))["contentRoot"]!);

        // And the log with its end is anchored; the receipt holds against the block's hash that the node itself says, and against no other.
        var ended = await EndIndexAsync(chain, acme, broadcast);
        JsonNode? anchor = null;
        await chain.UntilAsync(
            async () => (anchor = (await chain.GetAsync("/v1/chain/anchors"))["items"]!.AsArray().FirstOrDefault(a => a!["size"]!.GetValue<ulong>() > ended && a["receipt"]!.GetValue<bool>())) is not null,
            "a checkpoint with the end is anchored, and has its receipt");
        var file = await chain.Server.Http.GetByteArrayAsync($"/v1/chain/anchors/{anchor!["size"]}/receipt");
        Assert.True(AnchorReceiptJson.TryParse(file, out var receipt));
        var header = receipt.Verify(default).Header!;
        var block = (string)(await chain.Node.CallAsync("eth_getBlockByNumber", HexText.Quantity(header.Number.Value), false))!["hash"]!;
        Assert.True(BlockHash.TryParse(block, out var trusted));
        Assert.Equal(AnchorReceiptResult.Valid, receipt.Verify(trusted).Result);
        Assert.Equal(AnchorReceiptResult.HeaderDiffers, receipt.Verify(default).Result);
        Assert.Equal((string)anchor["root"]!, HexText.Of(receipt.Head.Root.Value.ToArray()));
    }

    [Fact]
    public async Task Without_a_chain_nothing_of_it_is_there()
    {
        foreach (var path in (string[])["/v1/chain", "/v1/chain/anchors", "/v1/broadcasts/0199/sales", "/v1/broadcasts/0199/token"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await one.Server.Http.GetAsync(path)).StatusCode);
        }

        Assert.DoesNotContain(one.Server.Log, static line => line.Contains("Anchoring", StringComparison.Ordinal));
    }

    private static async Task<ulong> EndIndexAsync(ChainPlatform chain, Broadcaster acme, RunningBroadcast broadcast)
    {
        JsonArray found = [];
        await chain.UntilAsync(
            async () => (found = JsonNode.Parse(await acme.Api.GetStringAsync($"/v1/ledger/entries?broadcast={broadcast.Id}&type=broadcast-ended"))!["items"]!.AsArray()).Count == 1, "the end is in the log");
        return found[0]!["index"]!.GetValue<ulong>();
    }
}
