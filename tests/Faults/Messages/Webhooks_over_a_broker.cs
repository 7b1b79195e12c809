using System.Net.Http.Json;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Faults.Messages;

/// <summary>Attempts are ordered over a real RabbitMQ; what is ordered lies in the database, so that whatever dies is made good.</summary>
[Collection(A_broker.Name)]
public sealed class Webhooks_over_a_broker(A_broker a)
{
    [Fact]
    public async Task A_shop_hears_of_all_whether_the_broker_or_a_server_dies_and_of_nothing_of_another_log()
    {
        await using var shop = await Shop.OpenAsync();
        await using var server = await StartAsync();
        // On the same broker, with the same types: its orders are not ours.
        await using var stranger = await StartAsync();
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.CreateAsync();
        (await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/webhooks", new { url = shop.Url })).EnsureSuccessStatusCode();
        var granted = new HashSet<string>();
        await GrantAsync(4);
        await ToldAsync();

        await a.Broker.KillAsync();
        await GrantAsync(4);
        await Task.Delay(1500);
        await a.Broker.StartAgainAsync();
        await ToldAsync();

        await server.KillAsync();
        await server.StartAgainAsync();
        await GrantAsync(1);
        await ToldAsync();
        Assert.Equal(granted.Count, shop.Told.DistinctBy(static t => t.Id).Count());
        Assert.DoesNotContain(stranger.Log, static line => line.Contains("webhooks wait", StringComparison.Ordinal) && line.Contains("fail:", StringComparison.Ordinal));

        async Task GrantAsync(int count)
        {
            for (var n = 0; n < count; n++)
            {
                granted.Add(await (await Viewer.ComeAsync(broadcast, $"viewer-{granted.Count}")).EntitleAsync());
            }
        }

        Task ToldAsync() =>
            shop.UntilAsync(told => told.Select(static t => t.Json["data"]!["entitlement"]!.GetValue<string>()).ToHashSet().IsSupersetOf(granted), seconds: 60);
    }

    private async Task<ServerProcess> StartAsync() => await ServerProcess.StartAsync(
        await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync(),
        environment: new Dictionary<string, string> { ["LIVELEDGER_RABBITMQ"] = a.Broker.Address.ToString(), ["LIVELEDGER_PRIVATE_WEBHOOKS"] = "yes" });
}
