using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using Npgsql;

namespace LiveLedger.Stories;

/// <summary>An offer for one country, and viewers who come through a proxy of the operator's.</summary>
public sealed class Regions_are_looked_up(OneServer one)
{
    [Fact]
    public async Task A_viewer_plays_where_the_offer_holds_by_the_address_that_our_own_proxy_names_and_it_is_kept_nowhere()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var table = Path.Combine(cluster.NewFolder(), "regions");
        await File.WriteAllTextAsync(table, "203.0.113.0/24 DE\n198.51.100.0/24 FR\n127.0.0.0/8 FR\n");
        var database = await cluster.CreateDatabaseAsync();
        await using var server = await ServerProcess.StartAsync(database, environment: new Dictionary<string, string>
        {
            ["LIVELEDGER_REGIONS"] = table,
            ["LIVELEDGER_TRUSTED_PROXIES"] = "127.0.0.0/8",
        });
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var key = await broadcast.KeyIdAsync("0");
        var made = await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/offers", new { regions = new { allowed = new[] { "DE" } } });
        var offer = (await made.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>();
        var sale = new HttpRequestMessage(HttpMethod.Post, $"/v1/broadcasts/{broadcast.Id}/entitlements") { Content = JsonContent.Create(new { viewer = "ann", offer }) };
        sale.Headers.Add("Idempotency-Key", "order-1");
        (await acme.Api.SendAsync(sale)).EnsureSuccessStatusCode();
        var token = (await Viewer.ComeAsync(broadcast, "ann")).Token;

        Assert.Equal("region-blocked", await AskAsync("198.51.100.7"));
        Assert.Equal("region-blocked", await AskAsync(null));
        // What stands before the proxy's own word anybody may have written.
        Assert.Equal("region-blocked", await AskAsync("203.0.113.7, 198.51.100.7"));
        Assert.Null(await AskAsync("203.0.113.7"));

        await broadcast.WaitLoggedAsync();
        await server.StopAsync();
        Assert.DoesNotContain(server.Log, static line => line.Contains("203.0.113.7", StringComparison.Ordinal));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(server.Data, "*", SearchOption.AllDirectories), static file => File.ReadAllText(file, System.Text.Encoding.Latin1).Contains("203.0.113.7", StringComparison.Ordinal));
        await using var ledger = NpgsqlDataSource.Create(database);
        await using var events = ledger.CreateCommand("SELECT count(*) FROM ledger.events WHERE position('203.0.113.7'::bytea IN payload) > 0");
        Assert.Equal(0L, await events.ExecuteScalarAsync());

        async Task<string?> AskAsync(string? forwarded)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/licences") { Content = JsonContent.Create(new { kids = new[] { key }, type = "temporary" }) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            if (forwarded is not null)
            {
                request.Headers.Add("X-Forwarded-For", forwarded);
            }

            var answer = await server.Http.SendAsync(request);
            return answer.StatusCode == HttpStatusCode.OK ? null : (await answer.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>();
        }
    }
}
