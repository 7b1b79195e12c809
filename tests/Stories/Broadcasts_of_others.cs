using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>One broadcaster cannot read or touch another's broadcast, nor learn that it exists.</summary>
public sealed class Broadcasts_of_others(OneServer one)
{
    [Fact]
    public async Task Every_address_of_somebody_elses_broadcast_answers_as_if_there_were_none()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        using var rival = await Broadcaster.AdmitAsync(one.Server, "rival");
        var broadcast = await acme.GoLiveAsync();
        var entitlement = await (await Viewer.ComeAsync(broadcast, "ann")).EntitleAsync();

        foreach (var (method, path, body) in Requests(entitlement))
        {
            var theirs = await SendAsync(rival, method, $"/v1/broadcasts/{broadcast.Id}{path}", body);
            var nobodys = await SendAsync(rival, method, $"/v1/broadcasts/{Guid.CreateVersion7():N}{path}", body);
            Assert.True(theirs.Status == HttpStatusCode.NotFound, $"{method} {path}: {theirs}");
            Assert.Equal(nobodys, theirs);
        }

        var list = await rival.Api.GetStringAsync("/v1/broadcasts");
        Assert.DoesNotContain(broadcast.Id.ToString(), list, StringComparison.Ordinal);
        Assert.Equal("live", (await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}"))!["state"]!.GetValue<string>());
        Assert.Equal("active", (await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}/entitlements/{entitlement}"))!["state"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.OK, (await broadcast.PushAsync("0/init.mp4", one.Source.Init("0"))).StatusCode);
    }

    [Fact]
    public async Task An_entitlement_is_reached_through_its_own_broadcast_only()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var (first, second) = (await acme.CreateAsync(), await acme.CreateAsync());
        var entitlement = await (await Viewer.ComeAsync(first, "ann")).EntitleAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await acme.Api.DeleteAsync($"/v1/broadcasts/{second.Id}/entitlements/{entitlement}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await acme.Api.GetAsync($"/v1/broadcasts/{second.Id}/entitlements/{entitlement}")).StatusCode);
    }

    [Fact]
    public async Task Operators_and_auditors_see_all_broadcasts_and_change_none()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        var entitlement = await (await Viewer.ComeAsync(broadcast, "ann")).EntitleAsync();
        foreach (var role in (string[])["auditor", "operator"])
        {
            using var api = one.Server.As(await Broadcaster.TokenAsync(one.Server, "ann", role));
            Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"/v1/broadcasts/{broadcast.Id}")).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await api.GetAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{entitlement}")).StatusCode);
            foreach (var (method, path, body) in Requests(entitlement).Where(static r => r.Method != HttpMethod.Get))
            {
                using var request = new HttpRequestMessage(method, $"/v1/broadcasts/{broadcast.Id}{path}") { Content = body };
                var answer = await api.SendAsync(request);
                Assert.True(answer.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.NotFound, $"{role} {method} {path}: {answer.StatusCode}");
            }
        }
    }

    private static IEnumerable<(HttpMethod Method, string Path, HttpContent? Body)> Requests(string entitlement) =>
    [
        (HttpMethod.Get, "", null),
        (HttpMethod.Get, "/status", null),
        (HttpMethod.Put, "/signer", new ByteArrayContent([1]) { Headers = { ContentType = new("application/cose") } }),
        (HttpMethod.Post, "/start", null),
        (HttpMethod.Post, "/end", null),
        (HttpMethod.Post, "/ingest-key", null),
        (HttpMethod.Post, "/entitlements", JsonContent.Create(new { viewer = "eve" })),
        (HttpMethod.Get, $"/entitlements/{entitlement}", null),
        (HttpMethod.Delete, $"/entitlements/{entitlement}", null),
        (HttpMethod.Post, "/viewer-tokens", JsonContent.Create(new { viewer = "eve", lifetimeSeconds = 60 })),
    ];

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(Broadcaster who, HttpMethod method, string url, HttpContent? body)
    {
        if (body is not null)
        {
            // A content is sent once; its bytes are the same each time.
            await body.LoadIntoBufferAsync();
        }

        using var request = new HttpRequestMessage(method, url) { Content = body is null ? null : new ByteArrayContent(await body.ReadAsByteArrayAsync()) { Headers = { ContentType = body.Headers.ContentType } } };
        var answer = await who.Api.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
