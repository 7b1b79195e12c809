using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>What a shop sells, what its viewers get of it, and how soon they hear that it is over.</summary>
public sealed class Offers_bind_what_is_played(OneServer one)
{
    [Fact]
    public async Task An_offer_is_sold_once_for_a_key_played_within_its_terms_and_ends_within_a_second()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var (video, audio) = (await broadcast.KeyIdAsync("0"), await broadcast.KeyIdAsync("2"));
        var offers = $"/v1/broadcasts/{broadcast.Id}/offers";
        await RefusedAsync(acme.Api.PostAsJsonAsync(offers, new { maxTier = "8K" }), HttpStatusCode.BadRequest, "offer-invalid");
        var offer = (await JsonAsync(acme.Api.PostAsJsonAsync(offers, new { name = "Radio", maxTier = "AUDIO", playbacks = new { max = 1 } })))["id"]!.GetValue<string>();
        Assert.Equal(2, (await JsonAsync(acme.Api.PutAsJsonAsync($"{offers}/{offer}", new { maxTier = "AUDIO", playbacks = new { max = 1 } })))["version"]!.GetValue<int>());
        Assert.Single((await acme.Api.GetFromJsonAsync<JsonObject>(offers))!["items"]!.AsArray());

        var sold = await SellAsync(acme, broadcast, "ann", offer, "order-1");
        Assert.Equal(sold, await SellAsync(acme, broadcast, "ann", offer, "order-1"));
        Assert.NotEqual(sold, await SellAsync(acme, broadcast, "bob", offer, "order-2"));
        using (var reused = Sale(broadcast, "bob", offer, "order-1"))
        {
            await RefusedAsync(acme.Api.SendAsync(reused), HttpStatusCode.Conflict, "idempotency-key-reused");
        }

        Assert.Equal(2, (await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}/entitlements"))!["items"]!.AsArray().Count);

        var ann = await Viewer.ComeAsync(broadcast, "ann");
        await RefusedAsync(ann.AskAsync(video), HttpStatusCode.Forbidden, "tier-not-included");
        var granted = await ann.AskAsync(video, audio);
        var keys = (await JsonAsync(Task.FromResult(granted)))["keys"]!.AsArray();
        Assert.Equal(audio, Assert.Single(keys)!["kid"]!.GetValue<string>());
        var playback = Assert.Single(granted.Headers.GetValues("Playback-Id"));
        Assert.Equal("AUDIO", Assert.Single(granted.Headers.GetValues("Max-Tier")));
        using var api = one.Server.As(ann.Token);
        var elsewhere = await Viewer.ComeAsync(broadcast, "ann");
        await RefusedAsync(elsewhere.AskAsync(audio), HttpStatusCode.Forbidden, "too-many-playbacks");
        Assert.Equal(90, (await JsonAsync(api.PostAsync($"/v1/playbacks/{playback}/heartbeat", null)))["leaseSeconds"]!.GetValue<int>());
        Assert.Equal(playback, (await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}/playbacks"))!["items"]![0]!["id"]!.GetValue<string>());
        // Somebody else's looks as if it did not exist.
        using var bob = one.Server.As((await Viewer.ComeAsync(broadcast, "bob")).Token);
        await RefusedAsync(bob.PostAsync($"/v1/playbacks/{playback}/heartbeat", null), HttpStatusCode.NotFound, "playback-unknown");
        await RefusedAsync(bob.DeleteAsync($"/v1/playbacks/{playback}"), HttpStatusCode.NotFound, "playback-unknown");

        Assert.Equal(HttpStatusCode.NoContent, (await api.DeleteAsync($"/v1/playbacks/{playback}")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await elsewhere.AskAsync(audio)).StatusCode);
    }

    [Fact]
    public async Task A_ticket_says_what_it_asks_of_its_player_before_anything_is_opened_by_it()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.CreateAsync();
        var offer = (await JsonAsync(acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/offers", new { peerSharing = "required" })))["id"]!.GetValue<string>();
        await SellAsync(acme, broadcast, "ann", offer, "order-1");
        foreach (var (name, sharing) in (IEnumerable<(string, string?)>)[("ann", "required"), ("bob", null)])
        {
            using var api = one.Server.As((await Viewer.ComeAsync(broadcast, name)).Token);
            if (sharing is null)
            {
                await RefusedAsync(api.GetAsync("/v1/ticket"), HttpStatusCode.NotFound, "entitlement-unknown");
                continue;
            }

            Assert.Equal(sharing, (await api.GetFromJsonAsync<JsonObject>("/v1/ticket"))!["peerSharing"]!.GetValue<string>());
        }

        // It is a viewer's, and no account's.
        Assert.Equal(HttpStatusCode.Unauthorized, (await acme.Api.GetAsync("/v1/ticket")).StatusCode);
        Assert.Empty((await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}/playbacks"))!["items"]!.AsArray());
    }

    [Fact]
    public async Task A_file_of_grants_is_answered_line_by_line_and_grants_nothing_twice()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.CreateAsync();
        var offer = (await JsonAsync(acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/offers", new { maxTier = "SD" })))["id"]!.GetValue<string>();
        var lines = Enumerable.Range(1, 600).Select(n => $$"""{"viewer":"viewer-{{n}}","offer":"{{offer}}"}""").ToArray();
        (lines[6], lines[7]) = ("{", """{"viewer":"x","offer":"none"}""");

        var first = await SendAsync(lines);
        Assert.Equal(601, first.Length);
        Assert.Equal("request-malformed", first[6]["code"]!.GetValue<string>());
        Assert.Equal("offer-unknown", first[7]["code"]!.GetValue<string>());
        Assert.Equal("""{"lines":600,"granted":598,"refused":2}""", first[600].ToJsonString());
        Assert.Equal(Enumerable.Range(1, 600), first[..600].Select(static a => a["line"]!.GetValue<int>()));

        // Sent again, mended and longer: what was granted stays what it was.
        lines[6] = """{"viewer":"late"}""";
        var second = await SendAsync([.. lines, """{"viewer":"last"}"""]);
        Assert.Equal("""{"lines":601,"granted":600,"refused":1}""", second[601].ToJsonString());
        for (var n = 0; n < 600; n++)
        {
            Assert.True(n == 6 || first[n].ToJsonString() == second[n].ToJsonString(), second[n].ToJsonString());
        }

        Assert.Equal(600, (await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}/entitlements?limit=1000"))!["items"]!.AsArray().Count);

        async Task<JsonObject[]> SendAsync(string[] file)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/broadcasts/{broadcast.Id}/entitlements/bulk")
            {
                Content = new StringContent(string.Join('\n', file), Encoding.UTF8, "application/x-ndjson"),
                Headers = { { "Idempotency-Key", "night-1" } },
            };
            var answer = await acme.Api.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return [.. (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!.AsObject())];
        }
    }

    [Fact]
    public async Task A_refused_line_of_a_file_leaves_no_key_of_its_viewer()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.CreateAsync();
        var offers = $"/v1/broadcasts/{broadcast.Id}/offers";
        var withdrawn = (await JsonAsync(acme.Api.PostAsJsonAsync(offers, new { maxTier = "SD" })))["id"]!.GetValue<string>();
        Assert.True((await acme.Api.DeleteAsync($"{offers}/{withdrawn}")).IsSuccessStatusCode);
        var over = (await JsonAsync(acme.Api.PostAsJsonAsync(offers, new { sale = new { until = DateTimeOffset.UtcNow.AddDays(-1) } })))["id"]!.GetValue<string>();
        var file = string.Join('\n',
            """{"viewer":"unknown","offer":"none"}""", """{"viewer":"empty","offer":""}""", $$"""{"viewer":"late","offer":"{{withdrawn}}"}""", $$"""{"viewer":"past","offer":"{{over}}"}""",
            """{"viewer":"keyed","key":"not a key"}""", """{"viewer":"kept"}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/broadcasts/{broadcast.Id}/entitlements/bulk")
        {
            Content = new StringContent(file, Encoding.UTF8, "application/x-ndjson"),
            Headers = { { "Idempotency-Key", "night-1" } },
        };
        var answer = (await (await acme.Api.SendAsync(request)).Content.ReadAsStringAsync()).TrimEnd();
        Assert.EndsWith("""{"lines":6,"granted":1,"refused":5}""", answer, StringComparison.Ordinal);

        var scope = Assert.Single(Directory.GetDirectories(one.Server.Data, broadcast.Id.ToString(), SearchOption.AllDirectories), static d => Directory.Exists(Path.Combine(d, "names")));
        Assert.Single(Directory.GetFiles(Path.Combine(scope, "names")));
        Assert.Single(Directory.GetFiles(Path.Combine(scope, "keys")));
    }

    [Fact]
    public async Task Of_200_requests_at_once_at_two_servers_the_2_allowed_are_granted()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var kids = new[] { await broadcast.KeyIdAsync("0") };
        await using var other = await one.Server.JoinAsync();
        var offer = (await JsonAsync(acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/offers", new { playbacks = new { max = 2 } })))["id"]!.GetValue<string>();
        await SellAsync(acme, broadcast, "ann", offer, "order-1");
        var ann = await Viewer.ComeAsync(broadcast, "ann");
        using var here = one.Server.As(ann.Token);
        using var there = other.As(ann.Token);

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => (n % 2 == 0 ? here : there).PostAsJsonAsync(
            "/v1/licences", new { kids, playback = System.Buffers.Text.Base64Url.EncodeToString(Guid.NewGuid().ToByteArray()) })));
        Assert.Equal(2, answers.Count(static a => a.StatusCode == HttpStatusCode.OK));
        foreach (var refused in answers.Where(static a => a.StatusCode != HttpStatusCode.OK))
        {
            await RefusedAsync(Task.FromResult(refused), HttpStatusCode.Forbidden, "too-many-playbacks");
        }
    }

    [Theory]
    [InlineData("suspended", "entitlement-suspended")]
    [InlineData("revoked", "entitlement-revoked")]
    [InlineData("dropped", "playback-dropped")]
    [InlineData("taken-down", "broadcast-taken-down")]
    public async Task A_page_hears_within_a_second_what_ends_its_playback(string name, string code)
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var audio = await broadcast.KeyIdAsync("2");
        var offer = (await JsonAsync(acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/offers", new { playbacks = new { max = 1, mode = "drop-oldest" } })))["id"]!.GetValue<string>();
        var sold = await SellAsync(acme, broadcast, "ann", offer, "order-1");
        var ann = await Viewer.ComeAsync(broadcast, "ann");
        var playback = Assert.Single((await ann.AskAsync(audio)).Headers.GetValues("Playback-Id"));
        using var api = one.Server.As(ann.Token);
        using var events = await api.GetAsync($"/v1/playbacks/{playback}/events", HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", events.Content.Headers.ContentType!.MediaType);
        using var lines = new StreamReader(await events.Content.ReadAsStreamAsync());
        Assert.Equal(": open", await lines.ReadLineAsync());

        var waiting = Stopwatch.StartNew();
        switch (name)
        {
            case "suspended":
                (await acme.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{sold}/suspension", null)).EnsureSuccessStatusCode();
                break;
            case "revoked":
                (await acme.Api.DeleteAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{sold}")).EnsureSuccessStatusCode();
                break;
            case "taken-down":
                await broadcast.TakeDownAsync("sold without the rights");
                break;
            default:
                Assert.Equal(HttpStatusCode.OK, (await (await Viewer.ComeAsync(broadcast, "ann")).AskAsync(audio)).StatusCode);
                break;
        }

        var heard = await lines.ReadToEndAsync();
        Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(2), $"after {waiting.Elapsed}");
        Assert.StartsWith($"\nevent: {name}\ndata: {{\"code\":\"{code}\",\"decision\":\"", heard, StringComparison.Ordinal);
        Assert.EndsWith("\"}\n\n", heard, StringComparison.Ordinal);
        await RefusedAsync(ann.AskAsync(audio), HttpStatusCode.Forbidden, code);
    }

    private static HttpRequestMessage Sale(RunningBroadcast broadcast, string viewer, string offer, string key) => new(HttpMethod.Post, $"/v1/broadcasts/{broadcast.Id}/entitlements")
    {
        Content = JsonContent.Create(new { viewer, offer }),
        Headers = { { "Idempotency-Key", key } },
    };

    private static async Task<string> SellAsync(Broadcaster acme, RunningBroadcast broadcast, string viewer, string offer, string key)
    {
        using var sale = Sale(broadcast, viewer, offer, key);
        return (await JsonAsync(acme.Api.SendAsync(sale)))["id"]!.GetValue<string>();
    }

    private static async Task<JsonObject> JsonAsync(Task<HttpResponseMessage> asking)
    {
        var answer = await asking;
        Assert.True(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> asking, HttpStatusCode status, string code)
    {
        var answer = await asking;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal(code, JsonNode.Parse(text)!["code"]!.GetValue<string>());
    }
}
