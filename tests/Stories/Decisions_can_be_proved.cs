using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Proofs;

namespace LiveLedger.Stories;

/// <summary>A viewer holds the id of each decision on a licence, finds it in the ledger at any server and for as long as there is a token, and can prove it to anybody.</summary>
public sealed class Decisions_can_be_proved(OneServer one)
{
    private const string Header = "Decision-Id";

    [Fact]
    public async Task Grants_renewals_and_refusals_are_found_by_their_viewer_at_every_server_and_by_nobody_else()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var kid = await broadcast.KeyIdAsync("0");
        var (ann, bob) = (await Viewer.ComeAsync(broadcast, "ann"), await Viewer.ComeAsync(broadcast, "bob"));
        var entitlement = await ann.EntitleAsync();
        var (first, renewed) = (await ann.AskAsync(kid), await ann.AskAsync(kid));
        var (refused, repeated) = (await bob.AskAsync(kid), await bob.AskAsync(kid));
        Assert.NotEqual(DecisionOf(first), DecisionOf(renewed));
        // One event stands for the same no within ten seconds.
        Assert.Equal(DecisionOf(refused), DecisionOf(repeated));

        // Its line says that it is over, and a sign of life too: one decision.
        using var hers = one.Server.As(ann.Token);
        var playback = Assert.Single(first.Headers.GetValues("Playback-Id"));
        Assert.Equal(DecisionOf(first), (await hers.GetFromJsonAsync<JsonObject>($"/v1/playbacks/{playback}"))!["decision"]!.GetValue<string>());
        var line = hers.GetStringAsync($"/v1/playbacks/{playback}/events");
        (await acme.Api.DeleteAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{entitlement}")).EnsureSuccessStatusCode();
        var over = JsonNode.Parse((await line).Split("data: ")[1])!;
        Assert.Equal("entitlement-revoked", over["code"]!.GetValue<string>());
        var beat = await hers.PostAsync($"/v1/playbacks/{playback}/heartbeat", null);
        Assert.Equal(HttpStatusCode.Forbidden, beat.StatusCode);
        Assert.Equal(over["decision"]!.GetValue<string>(), DecisionOf(beat));

        // The playback is over, and this server never saw it.
        await using var other = await one.Server.JoinAsync();
        using var elsewhere = other.As(ann.Token);
        foreach (var (decision, type, says) in ((string, string, string)[])
                 [(DecisionOf(first), "licence-granted", "\"renewal\":0"), (DecisionOf(renewed), "licence-granted", "\"renewal\":1"), (DecisionOf(beat), "licence-refused", "\"reason\":\"entitlement-revoked\"")])
        {
            await ProveAsync(elsewhere, decision, type, says);
        }

        using var his = other.As(bob.Token);
        await ProveAsync(his, DecisionOf(refused), "licence-refused", "\"reason\":\"not-entitled\"");

        // The viewer of one broadcast is nobody in the next, and no other event is a decision.
        var next = await acme.GoLiveAsync();
        using var there = one.Server.As((await Viewer.ComeAsync(next, "ann")).Token);
        foreach (var (asker, id) in ((HttpClient, string)[])
                 [(his, DecisionOf(first)), (hers, DecisionOf(refused)), (there, DecisionOf(first)), (hers, Guid.NewGuid().ToString()), (hers, Guid.Parse(entitlement).ToString()), (hers, "first")])
        {
            var unknown = await asker.GetAsync($"/v1/decisions/{id}");
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
            Assert.Equal("decision-unknown", (await unknown.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>());
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await one.Server.Http.GetAsync($"/v1/decisions/{DecisionOf(first)}")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await acme.Api.GetAsync($"/v1/decisions/{DecisionOf(first)}")).StatusCode);
    }

    [Fact]
    public async Task A_first_licence_that_counts_is_found_when_its_playback_is_closed()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var offer = await (await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/offers", new { playbacks = new { max = 1 } })).Content.ReadFromJsonAsync<JsonObject>();
        (await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/entitlements", new { viewer = "ann", offer = offer!["id"]!.GetValue<string>() })).EnsureSuccessStatusCode();
        var ann = await Viewer.ComeAsync(broadcast, "ann");
        var granted = await ann.AskAsync(await broadcast.KeyIdAsync("0"));
        var playback = Assert.Single(granted.Headers.GetValues("Playback-Id"));
        using var api = one.Server.As(ann.Token);
        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"/v1/playbacks/{playback}")).StatusCode);
        await ProveAsync(api, DecisionOf(granted), "playback-opened", playback);
    }

    private static string DecisionOf(HttpResponseMessage answer) => Assert.Single(answer.Headers.GetValues(Header));

    // As somebody would to whom the viewer shows the answer: with the log's public paths alone.
    private async Task ProveAsync(HttpClient viewer, string decision, string type, string says)
    {
        var view = await UntilPublishedAsync(viewer, decision);
        Assert.Equal(type, view["type"]!.GetValue<string>());
        var index = view["index"]!.GetValue<ulong>();
        Assert.True(index < view["checkpointSize"]!.GetValue<ulong>());
        Assert.True(LedgerEntry.TryParse(Convert.FromBase64String(view["entry"]!.GetValue<string>()), out var entry));
        Assert.Equal((decision, type), (entry.EventId.ToString(), entry.Type));
        var payload = Convert.FromBase64String(view["payload"]!.GetValue<string>());
        Assert.Equal(entry.Payload, PayloadDigest.Of(Convert.FromBase64String(view["salt"]!.GetValue<string>()), payload));
        Assert.Contains(says, System.Text.Encoding.UTF8.GetString(payload), StringComparison.Ordinal);

        Assert.True(VerifierKey.TryParse((await one.Server.Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        Assert.True(TlogProof.TryParse(await one.Server.Http.GetByteArrayAsync($"/log/proof/{index}.tlog-proof"), out var proof));
        Assert.Equal(index, proof.Index.Value);
        Assert.True(proof.Verify(entry.Leaf(), key, out _).IsValid);
    }

    private static async Task<JsonObject> UntilPublishedAsync(HttpClient viewer, string decision)
    {
        var last = "";
        for (var waiting = Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(20), $"the decision is published: {last}");
            var answer = await viewer.GetAsync($"/v1/decisions/{decision}");
            var view = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
            last = view.ToJsonString();
            if (answer.StatusCode == HttpStatusCode.NotFound)
            {
                // A renewal, on its way from the spool.
                continue;
            }

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(answer.Headers.CacheControl!.NoStore);
            if (view["state"]!.GetValue<string>() == "published")
            {
                return view;
            }

            Assert.Null(view["entry"]);
        }
    }
}
