using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>Several servers share a platform: the peers of a broadcast meet at one of them, wherever they were admitted, and at another when that one is gone.</summary>
public sealed class A_swarm_over_two_servers(OneServer one)
{
    [Fact]
    public async Task Peers_admitted_by_different_servers_meet_at_one_and_at_the_other_when_it_dies()
    {
        var cluster = await PostgresCluster.SharedAsync();
        var environment = new Dictionary<string, string> { ["LIVELEDGER_OWN_URL"] = "{own}" };
        await using var first = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync(), environment: environment);
        await using var second = await first.JoinAsync();
        using var acme = await Broadcaster.AdmitAsync(first, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);

        // Admitted there first, so met there; the publisher is here.
        var peers = new List<Peer>();
        foreach (var (name, server) in new[] { ("ann", second), ("ben", first), ("cid", second) })
        {
            peers.Add(await AdmittedAsync(broadcast, name, server));
        }

        Assert.All(peers, p => Assert.Equal(second.BaseUrl.Port, p.Tracker.Port));
        foreach (var peer in peers)
        {
            await peer.JoinAsync(tracks: "0");
        }

        Assert.Contains(await peers[0].HearAllAsync(TimeSpan.FromSeconds(1)), static m => m["type"]!.GetValue<string>() == "introduce");

        // What is sealed here is dealt out there.
        await broadcast.PublishAsync(one.Source, 1, 2, init: false);
        var heard = await Task.WhenAll(peers.Select(static p => p.HearAllAsync(TimeSpan.FromSeconds(2))));
        var stripes = heard.SelectMany(static h => h).Where(static m => m["type"]!.GetValue<string>() == "stripe").ToList();
        Assert.NotEmpty(stripes);
        Assert.All(stripes, static m => Assert.Equal(1, m["sequence"]!.GetValue<int>()));

        await second.KillAsync();
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(40);
        using var late = await Peer.OfViewerAsync(await EntitledAsync(broadcast, "dora"), "0");
        do
        {
            Assert.True(DateTime.UtcNow < until, "the room of a dead server was not taken over");
            await Task.Delay(500);
            await late.BeAdmittedAsync();
        }
        while (late.Tracker.Port != first.BaseUrl.Port);
        Assert.Equal("joined", (await late.JoinAsync(tracks: "0"))["type"]!.GetValue<string>());
        peers.ForEach(static p => p.Dispose());
    }

    private static async Task<Viewer> EntitledAsync(RunningBroadcast broadcast, string name)
    {
        var viewer = await Viewer.ComeAsync(broadcast, name);
        await viewer.EntitleAsync();
        return viewer;
    }

    private static async Task<Peer> AdmittedAsync(RunningBroadcast broadcast, string name, ServerProcess server)
    {
        var peer = await Peer.OfViewerAsync(await EntitledAsync(broadcast, name), "0", server);
        await peer.BeAdmittedAsync();
        return peer;
    }
}
