using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>How many viewers make a mesh is the operator's to say.</summary>
public sealed class A_mesh_begins_where_it_is_worth_it(OneServer one)
{
    [Fact]
    public async Task Two_viewers_are_introduced_where_the_operator_says_that_two_are_enough()
    {
        var cluster = await PostgresCluster.SharedAsync();
        await using var server = await ServerProcess.StartAsync(
            await cluster.CreateDatabaseAsync(), environment: new Dictionary<string, string> { ["LIVELEDGER_MESH_FROM"] = "2" });
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        using var ann = await AdmittedAsync(broadcast, "ann");
        Assert.Equal(2, (await ann.JoinAsync(tracks: "0"))["minViewers"]!.GetValue<int>());
        using var ben = await AdmittedAsync(broadcast, "ben");
        await ben.JoinAsync(tracks: "0");

        Assert.Equal(ben.Id, (await ann.HearAsync("introduce"))["peer"]!.GetValue<string>());
        Assert.Equal(ann.Id, (await ben.HearAsync("introduce"))["peer"]!.GetValue<string>());
    }

    private static async Task<Peer> AdmittedAsync(RunningBroadcast broadcast, string name)
    {
        var viewer = await Viewer.ComeAsync(broadcast, name);
        await viewer.EntitleAsync();
        var peer = await Peer.OfViewerAsync(viewer, "0");
        await peer.BeAdmittedAsync();
        return peer;
    }
}
