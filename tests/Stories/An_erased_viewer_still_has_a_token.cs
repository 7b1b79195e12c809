using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>A viewer is erased while the page is open and its token good for an hour: it gets no more keys, and brings nothing of its viewer back.</summary>
public sealed class An_erased_viewer_still_has_a_token(OneServer one)
{
    private const string Ann = "ann.of.the.open.page@example.com";
    private const string Name = "AAAAAAAAAAAAAAAAAAAAAA";

    [Fact]
    public async Task It_opens_nothing_and_brings_nothing_of_its_viewer_back()
    {
        var database = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        await using var server = await ServerProcess.StartAsync(database);
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var kid = await broadcast.KeyIdAsync("0");
        var offers = await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/offers", new { playbacks = new { max = 1 }, devices = 1 });
        var offer = (await offers.Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>();
        (await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/entitlements", new { viewer = Ann, offer })).EnsureSuccessStatusCode();
        using var page = server.As((await Viewer.ComeAsync(broadcast, Ann)).Token);
        var opened = await LicenceAsync(page, kid, 0);
        Assert.Equal(HttpStatusCode.OK, opened.StatusCode);
        var playback = $"/v1/playbacks/{Assert.Single(opened.Headers.GetValues("Playback-Id"))}";
        Assert.Equal(HttpStatusCode.OK, (await LicenceAsync(page, kid, 1)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await page.PostAsync($"{playback}/heartbeat", null)).StatusCode);
        var keys = A_person_is_erased.KeyFiles(server, broadcast);
        Assert.Equal(2, keys.Count);

        var erasure = await acme.Api.PostAsync($"/v1/subjects/{Uri.EscapeDataString(Ann)}/erasure", null);
        Assert.Equal(1, (await erasure.Content.ReadFromJsonAsync<JsonObject>())!["erased"]!.GetValue<int>());

        await NothingAsync();
        await server.StopAsync();
        // What was spooled is in the ledger, or in its file: the viewer's name is in neither, and the key that made the pseudonym is nowhere.
        Assert.Empty(A_person_is_erased.Search(database, server, Encoding.UTF8.GetBytes(Ann)));
        Assert.All(keys.Values, key => Assert.Empty(A_person_is_erased.Search(database, server, key)));
        await server.StartAgainAsync();
        await NothingAsync();
        Assert.DoesNotContain(server.Log, static line => line.Contains(Ann, StringComparison.Ordinal));

        async Task NothingAsync()
        {
            for (var nonce = 2; nonce < 4; nonce++)
            {
                var refused = await LicenceAsync(page, kid, nonce);
                var answer = await refused.Content.ReadAsStringAsync();
                Assert.Equal((HttpStatusCode.Forbidden, "not-entitled"), (refused.StatusCode, JsonNode.Parse(answer)!["code"]!.GetValue<string>()));
            }

            Assert.Equal(HttpStatusCode.NotFound, (await page.PostAsync($"{playback}/heartbeat", null)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await page.GetAsync(playback)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await page.GetAsync($"{playback}/events")).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await page.DeleteAsync(playback)).StatusCode);
            Assert.All(keys.Keys, static file => Assert.False(File.Exists(file)));
            Assert.Empty(A_person_is_erased.KeyFiles(server, broadcast));
        }
    }

    private static Task<HttpResponseMessage> LicenceAsync(HttpClient page, string kid, long nonce) =>
        page.PostAsJsonAsync("/v1/licences", new { kids = new[] { kid }, type = "temporary", playback = Name, nonce, device = Name });
}
