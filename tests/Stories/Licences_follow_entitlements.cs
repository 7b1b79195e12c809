using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>Keys are given to entitled viewers of that broadcast, for the ids they ask for, until the entitlement ends.</summary>
public sealed class Licences_follow_entitlements(OneServer one)
{
    [Fact]
    public async Task An_entitled_viewer_gets_exactly_the_keys_asked_for_until_the_entitlement_is_revoked()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var (video, audio) = (await broadcast.KeyIdAsync("0"), await broadcast.KeyIdAsync("2"));
        Assert.NotEqual(video, audio);
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        Assert.StartsWith($"{one.Server.BaseUrl}watch/{broadcast.Id}#token=", viewer.WatchUrl, StringComparison.Ordinal);

        await RefusedAsync(viewer.AskAsync(video), HttpStatusCode.Forbidden, "not-entitled");
        var entitlement = await viewer.EntitleAsync();

        var onlyAudio = await KeysAsync(await viewer.AskAsync(audio));
        Assert.Equal([audio], onlyAudio.Keys);
        var both = await KeysAsync(await viewer.AskAsync(video, audio));
        Assert.Equal([video, audio], both.Keys);
        Assert.Equal(onlyAudio[audio], both[audio]);
        Assert.NotEqual(both[video], both[audio]);
        Assert.Equal(1, (await broadcast.StatusAsync())["viewers"]!.GetValue<int>());

        (await acme.Api.DeleteAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{entitlement}")).EnsureSuccessStatusCode();
        await RefusedAsync(viewer.AskAsync(audio), HttpStatusCode.Forbidden, "entitlement-revoked");
        await RefusedAsync((await Viewer.ComeAsync(broadcast, "ann")).AskAsync(audio), HttpStatusCode.Forbidden, "entitlement-revoked");
        Assert.Equal(0, (await broadcast.StatusAsync())["viewers"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_token_opens_its_own_broadcast_only()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var (mine, other) = (await acme.GoLiveAsync(), await acme.GoLiveAsync());
        await mine.PublishAsync(one.Source, 0, 1);
        await other.PublishAsync(one.Source, 0, 1);
        var viewer = await Viewer.ComeAsync(mine, "ann");
        await viewer.EntitleAsync();
        var (myKey, otherKey) = (await mine.KeyIdAsync("0"), await other.KeyIdAsync("0"));

        await RefusedAsync(viewer.AskAsync(otherKey), HttpStatusCode.Forbidden, "key-not-of-broadcast");
        await RefusedAsync(viewer.AskAsync(myKey, otherKey), HttpStatusCode.Forbidden, "key-not-of-broadcast");
        Assert.Equal([myKey], (await KeysAsync(await viewer.AskAsync(myKey))).Keys);
        await RefusedAsync(viewer.AskAsync(otherKey), HttpStatusCode.Forbidden, "key-not-of-broadcast");
        // Entitled to one broadcast is entitled to no other, whatever the viewer is called there.
        await RefusedAsync((await Viewer.ComeAsync(other, "ann")).AskAsync(otherKey), HttpStatusCode.Forbidden, "not-entitled");
    }

    [Fact]
    public async Task Requests_that_are_none_are_refused_by_name()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var viewer = await Viewer.ComeAsync(await acme.CreateAsync(), "ann");
        using var api = one.Server.As(viewer.Token);
        foreach (var body in (string[])["", "{", "{}", """{"kids":[]}""", """{"kids":["AAAA"]}"""])
        {
            await RefusedAsync(api.PostAsync("/v1/licences", new StringContent(body)), HttpStatusCode.BadRequest, "licence-request-malformed");
        }

        await RefusedAsync(api.PostAsync("/v1/licences", new StringContent(new string(' ', 5000))), HttpStatusCode.RequestEntityTooLarge, "body-too-large");
        await RefusedAsync(one.Server.Http.PostAsync("/v1/licences", new StringContent("{}")), HttpStatusCode.Unauthorized, "token-missing");
    }

    [Fact]
    public async Task Any_page_may_ask_and_the_answer_is_never_cached()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var viewer = await Viewer.ComeAsync(await acme.CreateAsync(), "ann");
        using var request = new HttpRequestMessage(HttpMethod.Options, "/v1/licences")
        {
            Headers = { { "Origin", "https://player.example" }, { "Access-Control-Request-Method", "POST" }, { "Access-Control-Request-Headers", "authorization" } },
        };
        var preflight = await one.Server.Http.SendAsync(request);
        Assert.Equal("*", Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Origin")));

        using var api = one.Server.As(viewer.Token);
        api.DefaultRequestHeaders.Add("Origin", "https://player.example");
        var refused = await api.PostAsync("/v1/licences", new StringContent("{}"));
        Assert.Equal("*", Assert.Single(refused.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.True(refused.Headers.CacheControl!.NoStore);
    }

    private static async Task<Dictionary<string, string>> KeysAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        var json = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal("temporary", json["type"]!.GetValue<string>());
        return json["keys"]!.AsArray().ToDictionary(
            static k => k!["kid"]!.GetValue<string>(),
            static k =>
            {
                Assert.Equal("oct", k!["kty"]!.GetValue<string>());
                Assert.Equal(16, Base64Url.DecodeFromChars(k["k"]!.GetValue<string>()).Length);
                return k["k"]!.GetValue<string>();
            });
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> asking, HttpStatusCode status, string code)
    {
        var answer = await asking;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{(int)answer.StatusCode}: {text}");
        Assert.Equal(code, JsonNode.Parse(Encoding.UTF8.GetBytes(text))!["code"]!.GetValue<string>());
    }
}
