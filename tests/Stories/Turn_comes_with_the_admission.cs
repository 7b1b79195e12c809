using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>An operator's TURN servers: those who are admitted have them as they were set, and nobody else reads their password.</summary>
public sealed class Turn_comes_with_the_admission(OneServer one)
{
    private const string Credential = "geheim+/=\u00e4\"'<b>";
    private const string Relayed = "another-geheim";

    [Fact]
    public async Task As_it_was_set_to_viewers_and_relays_and_never_into_the_log()
    {
        var set = new JsonArray(
            new JsonObject { ["urls"] = new JsonArray("turn:turn.example:3478", "turns:turn.example:5349?transport=tcp"), ["username"] = "ann:1", ["credential"] = Credential },
            new JsonObject { ["urls"] = new JsonArray("turn:[2001:db8::1]:3478?transport=udp"), ["username"] = "ben", ["credential"] = Relayed },
            new JsonObject { ["urls"] = new JsonArray("stun:stun.example") });
        var file = Path.GetTempFileName();
        try
        {
            // Temporary files are their owner's alone, as one with a password has to be.
            await File.WriteAllTextAsync(file, set.ToJsonString());
            var cluster = await PostgresCluster.SharedAsync();
            await using var server = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync(), environment: new Dictionary<string, string>
            {
                ["LIVELEDGER_TURN"] = file,
                ["Logging__LogLevel__Default"] = "Trace",
                ["Logging__LogLevel__Microsoft"] = "Trace",
            });
            using var acme = await Broadcaster.AdmitAsync(server, "acme");
            var broadcast = await acme.GoLiveAsync();
            await broadcast.PublishAsync(one.Source, 0, 1);
            foreach (var admitted in await AdmittedAsync(broadcast))
            {
                // Our own STUN is asked first: it costs the operator nothing.
                var servers = admitted["iceServers"]!.AsArray();
                Assert.Equal($"stun:127.0.0.1:{server.BaseUrl.Port}", servers[0]!["urls"]![0]!.GetValue<string>());
                Assert.Equal(4, servers.Count);
                foreach (var (n, expected) in set.Index())
                {
                    Assert.True(JsonNode.DeepEquals(expected, servers[n + 1]), $"{expected} became {servers[n + 1]}");
                }
            }

            // Only with an admission: neither who asks for the platform's name nor who asks without a right has them.
            foreach (var answer in (HttpResponseMessage[])[await server.Http.GetAsync("/v1/admissions"), await server.Http.PostAsJsonAsync("/v1/admissions", new JsonObject())])
            {
                Assert.DoesNotContain("turn", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            await server.StopAsync();
            var lines = server.Log.ToArray();
            Assert.Contains(lines, static l => l.StartsWith("trce:", StringComparison.Ordinal));
            Assert.Contains(lines, static l => l.Contains("/v1/admissions", StringComparison.Ordinal));
            Assert.DoesNotContain(lines, static l => l.Contains("geheim", StringComparison.OrdinalIgnoreCase)
                || l.Contains(Convert.ToBase64String(Encoding.UTF8.GetBytes(Relayed)), StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task None_where_none_is_set()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        foreach (var admitted in await AdmittedAsync(broadcast))
        {
            var own = Assert.Single(admitted["iceServers"]!.AsArray());
            Assert.Equal([$"stun:127.0.0.1:{one.Server.BaseUrl.Port}"], own!["urls"]!.AsArray().Select(static u => u!.GetValue<string>()));
            Assert.Equal(["urls"], own.AsObject().Select(static member => member.Key));
        }
    }

    [Fact]
    public void What_prints_a_server_prints_no_password()
    {
        var printed = new Swarm.IceServer(["turn:turn.example"], "ann", Credential).ToString();
        Assert.Contains("turn.example", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", printed, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<JsonObject>> AdmittedAsync(RunningBroadcast broadcast)
    {
        var granted = await Peers_are_admitted.GrantAsync(broadcast.Owner.Api, $"/v1/broadcasts/{broadcast.Id}/relays");
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        await viewer.EntitleAsync();
        using var peer = await Peer.OfViewerAsync(viewer, "0");
        using var relay = Peer.OfRelay(broadcast.Owner.Server, broadcast.Id, granted["token"]!.GetValue<string>());
        return [await peer.BeAdmittedAsync(), await relay.BeAdmittedAsync()];
    }
}
