using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Ledger;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Stories;

/// <summary>An operator has every table that is made from the log made again while the server serves; nothing of it changes.</summary>
public sealed class Tables_are_rebuilt(OneServer one)
{
    private static readonly string[] s_tables =
        ["broadcasts.broadcasts", "entitlements.entitlements", "offers.offers", "webhooks.webhooks", "wallets.links", "ledger_index.entries", "ledger_index.streams", "ledger_index.blocks"];

    private static readonly string[] s_projections = ["broadcasts", "entitlements", "offers", "webhooks", "wallets", "ledger_index"];

    [Fact]
    public async Task Every_projection_is_byte_identical_while_broadcasts_are_made_and_viewers_come()
    {
        var connection = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        await using var server = await ServerProcess.StartAsync(connection);
        await using var database = new LedgerDatabase(connection);
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var live = await acme.GoLiveAsync();
        await live.PublishAsync(one.Source, 0, 2);
        var ended = await acme.GoLiveAsync();
        await ended.EndAsync();
        await acme.CreateAsync();
        await WebhooksAsync(live);

        using var over = new CancellationTokenSource();
        var shop = Task.Run(async () =>
        {
            var sold = 0;
            for (; !over.IsCancellationRequested; sold++)
            {
                var viewer = await Viewer.ComeAsync(live, $"viewer-{sold}");
                var entitlement = await viewer.EntitleAsync();
                if (sold % 3 == 0)
                {
                    (await acme.Api.DeleteAsync($"/v1/broadcasts/{live.Id}/entitlements/{entitlement}")).EnsureSuccessStatusCode();
                }

                if (sold % 5 == 0)
                {
                    await acme.CreateAsync();
                }
            }

            return sold;
        });
        using var operating = server.As(server.OperatorToken);
        for (var round = 0; round < 2; round++)
        {
            foreach (var name in s_projections)
            {
                await RebuildAsync(operating, name);
            }
        }

        await over.CancelAsync();
        Assert.True(await shop > 3);
        await live.WaitLoggedAsync();
        while ((await server.Http.GetFromJsonAsync<JsonObject>("/v1/ledger/status"))!["pending"]!.GetValue<long>() > 0)
        {
            await Task.Delay(20);
        }

        await UntilAsync(operating, static p => p["lag"]!.GetValue<long>() == 0, "ledger_index");
        var before = await BytesAsync(database);
        foreach (var name in s_projections)
        {
            await RebuildAsync(operating, name);
        }

        Assert.Equal(before, await BytesAsync(database));
        Assert.Equal("ended", (await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{ended.Id}"))!["state"]!.GetValue<string>());
        Assert.True(VerifierKey.TryParse((await server.Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        await LogAudit.CheckAsync(server.Http, key);

        // A start makes nothing new of it.
        await server.StopAsync();
        await server.StartAgainAsync();
        Assert.Equal(before, await BytesAsync(database));

        Assert.Equal(HttpStatusCode.Forbidden, (await acme.Api.PostAsync("/v1/ledger/projections/broadcasts/rebuild", null)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await operating.PostAsync("/v1/ledger/projections/no-such/rebuild", null)).StatusCode);
    }

    // One that names its types, one that does not, and one that is no more.
    private static async Task WebhooksAsync(RunningBroadcast broadcast)
    {
        var path = $"/v1/broadcasts/{broadcast.Id}/webhooks";
        foreach (var types in (string[][])[["entitlement.granted", "licence.granted"], [], []])
        {
            (await broadcast.Owner.Api.PostAsJsonAsync(path, new { url = "https://shop.example/told", types })).EnsureSuccessStatusCode();
        }

        var added = (await broadcast.Owner.Api.GetFromJsonAsync<JsonObject>(path))!["items"]!.AsArray();
        (await broadcast.Owner.Api.DeleteAsync($"{path}/{added[2]!["id"]!.GetValue<string>()}")).EnsureSuccessStatusCode();
    }

    private static async Task RebuildAsync(HttpClient operating, string name)
    {
        var generation = (await ReadAsync(operating, name))["generation"]!.GetValue<long>();
        Assert.Equal(HttpStatusCode.Accepted, (await operating.PostAsync($"/v1/ledger/projections/{name}/rebuild", null)).StatusCode);
        await UntilAsync(operating, p => p["generation"]!.GetValue<long>() == generation + 1, name);
    }

    private static async Task UntilAsync(HttpClient operating, Func<JsonNode, bool> condition, string name)
    {
        var until = DateTime.UtcNow.AddSeconds(30);
        while (await ReadAsync(operating, name) is var projection && !condition(projection))
        {
            Assert.True(DateTime.UtcNow < until, $"not in time: {projection}");
            await Task.Delay(20);
        }
    }

    private static async Task<JsonNode> ReadAsync(HttpClient operating, string name) =>
        Assert.Single((await operating.GetFromJsonAsync<JsonObject>("/v1/ledger/projections"))!["items"]!.AsArray(), p => p!["name"]!.GetValue<string>() == name)!;

    private static async Task<string[]> BytesAsync(LedgerDatabase database)
    {
        var bytes = new List<string>();
        foreach (var table in s_tables)
        {
            bytes.Add(await TableBytes.OfAsync(database, table));
        }

        return [.. bytes];
    }
}
