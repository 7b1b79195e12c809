using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Media;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Faults;

/// <summary>The chain's node takes every question and never answers, from before the server's start on.</summary>
public sealed class A_chain_that_hangs
{
    [Fact]
    public async Task A_broadcast_is_published_licensed_and_ended_as_without_it_and_the_trouble_has_a_name()
    {
        using var silent = new SilentNode();
        using var file = ChainSettingsFile.Of(silent);
        using var source = await CmafSource.MakeAsync(10);
        await using var server = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync(), environment: file.Environment);
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(source, 0, 2);
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        await viewer.EntitleAsync();
        var key = await broadcast.KeyIdAsync("0");

        // None of them waits for the node, which would be seconds; what it costs in milliseconds is the benchmark's to say.
        var watch = Stopwatch.StartNew();
        for (var ask = 0; ask < 50; ask++)
        {
            (await viewer.AskAsync(key)).EnsureSuccessStatusCode();
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"fifty licences took {watch.Elapsed}");
        await broadcast.PublishAsync(source, 2, 4, init: false);
        await broadcast.EndAsync();
        (await server.Http.GetAsync("/health/ready")).EnsureSuccessStatusCode();

        JsonNode? problem = null;
        for (var waiting = Stopwatch.StartNew(); problem is null && waiting.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(200))
        {
            problem = (await server.Http.GetFromJsonAsync<JsonNode>("/v1/chain"))!["problem"];
        }

        Assert.Equal("chain-timeout", (string?)problem?["code"]);
        using var operators = server.As(server.OperatorToken);
        var waits = Assert.Single((await operators.GetFromJsonAsync<JsonNode>("/v1/chain/account"))!["waiting"]!.AsArray())!;
        Assert.Equal("checkpoint-anchor", (string)waits["purpose"]!);
        Assert.Equal(0, await server.StopAsync());
    }
}
