using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>How a swarm does is seen by its broadcaster, live, and by the operator's collector.</summary>
public sealed class A_swarm_is_seen(OneServer one)
{
    [Fact]
    public async Task Its_broadcaster_sees_offload_viewers_stalls_and_latency_and_nobody_else_does()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var path = $"/v1/broadcasts/{broadcast.Id}/swarm";
        Assert.Equal(0, (await acme.Api.GetFromJsonAsync<JsonObject>(path))!["viewers"]!.GetValue<int>());
        using var peer = await JoinedAsync(broadcast, "ann");

        await peer.SayAsync(Figures(origin: 250_000, peers: 750_000, stalls: 0));
        // Less than before, or more than any line carries, is no figure.
        await peer.SayAsync(Figures(origin: 10, peers: 750_000, stalls: 0));
        await peer.SayAsync(Figures(origin: 250_000, peers: 1L << 50, stalls: 0));
        await peer.SayAsync(Figures(origin: 250_000, peers: 750_000, stalls: 1));
        var seen = await UntilAsync(acme.Api, path, static s => s["lastMinute"]!["stalls"]!.GetValue<long>() == 1);
        Assert.Equal((1, 0.75, 4000L), (seen["viewers"]!.GetValue<int>(), seen["offload"]!.GetValue<double>(), seen["latencyMs"]!.GetValue<long>()));
        Assert.Equal(750_000, seen["total"]!["peers"]!.GetValue<long>());
        Assert.Equal(60, seen["stallsPerViewerHour"]!.GetValue<double>());

        using var other = await Broadcaster.AdmitAsync(one.Server, "other");
        Assert.Equal(HttpStatusCode.NotFound, (await other.Api.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task The_operators_collector_is_sent_its_metrics_over_otlp()
    {
        using var collector = new HttpListener();
        var port = LoopbackPorts.Take();
        collector.Prefixes.Add($"http://127.0.0.1:{port}/");
        collector.Start();
        var cluster = await PostgresCluster.SharedAsync();
        await using var server = await ServerProcess.StartAsync(
            await cluster.CreateDatabaseAsync(), environment: new Dictionary<string, string> { ["LIVELEDGER_OTLP"] = $"http://127.0.0.1:{port}" });
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        using var peer = await JoinedAsync(broadcast, "ann");
        await peer.SayAsync(Figures(origin: 250_000, peers: 750_000, stalls: 0));
        await UntilAsync(acme.Api, $"/v1/broadcasts/{broadcast.Id}/swarm", static s => s["total"]!["peers"]!.GetValue<long>() > 0);

        // At its end it sends what it has.
        var stopping = server.StopAsync();
        var sent = new StringBuilder();
        while (!sent.ToString().Contains("liveledger.swarm.delivered", StringComparison.Ordinal))
        {
            var request = await collector.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Equal("/v1/metrics", request.Request.Url!.AbsolutePath);
            Assert.Equal("application/x-protobuf", request.Request.ContentType);
            using var body = new MemoryStream();
            await request.Request.InputStream.CopyToAsync(body);
            sent.Append(Encoding.Latin1.GetString(body.ToArray()));
            request.Response.Close();
        }

        await stopping;
        foreach (var name in (string[])["liveledger.swarm.viewers", "liveledger.swarm.relays", "liveledger.swarm.stalls", "liveledger.swarm.refused", "http.server.request.duration"])
        {
            Assert.Contains(name, sent.ToString(), StringComparison.Ordinal);
        }

        // Which broadcast it is says none of them.
        Assert.DoesNotContain(broadcast.Id.ToString(), sent.ToString(), StringComparison.Ordinal);
    }

    private static JsonObject Figures(long origin, long peers, long stalls) => new()
    {
        ["type"] = "figures",
        ["origin"] = origin,
        ["relays"] = 0,
        ["peers"] = peers,
        ["sent"] = 0,
        ["refused"] = 0,
        ["stalls"] = stalls,
        ["stalledMs"] = 200 * stalls,
        ["latencyMs"] = 4000,
    };

    private static async Task<JsonObject> UntilAsync(HttpClient api, string path, Func<JsonObject, bool> isSo)
    {
        for (var until = DateTime.UtcNow + TimeSpan.FromSeconds(20); ; await Task.Delay(100))
        {
            var seen = (await api.GetFromJsonAsync<JsonObject>(path))!;
            if (isSo(seen))
            {
                return seen;
            }

            Assert.True(DateTime.UtcNow < until, seen.ToJsonString());
        }
    }

    private static async Task<Peer> JoinedAsync(RunningBroadcast broadcast, string name)
    {
        var viewer = await Viewer.ComeAsync(broadcast, name);
        await viewer.EntitleAsync();
        var peer = await Peer.OfViewerAsync(viewer, "0");
        await peer.BeAdmittedAsync();
        await peer.JoinAsync(tracks: "0");
        return peer;
    }
}
