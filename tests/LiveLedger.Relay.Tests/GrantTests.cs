using System.Net;
using LiveLedger.Media;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Relay.Tests;

/// <summary>What the relay may carry, and for how long, is the grant's to say.</summary>
public sealed class GrantTests
{
    [Fact]
    public async Task With_all_it_carries_what_is_live_and_nothing_else()
    {
        await using var swarm = await AdmittedRelay.StartAsync(static o => o with { Broadcasts = [], IsForAll = true });
        Assert.Equal(HttpStatusCode.NotFound, (await swarm.Relay.AskAsync("v/0.m4s")).StatusCode);
        swarm.Platform.Live = [swarm.Upstream.Broadcast];
        await Patience.UntilAsync(() => swarm.Relay.AskAsync("v/0.m4s").Result.IsSuccessStatusCode, "it is carried");
        Assert.Equal(swarm.Upstream.Files["v/0.m4s"], await swarm.Relay.GetAsync("v/0.m4s"));
        using var peer = await swarm.LinkAsync();
        Assert.True(peer.Handshake!.IsUp);

        // Who watches it behind its end goes on.
        swarm.Platform.Live = [];
        Assert.Equal(swarm.Upstream.Files["v/1.m4s"], await swarm.Relay.GetAsync("v/1.m4s"));
    }

    [Fact]
    public async Task A_grant_that_is_withdrawn_ends_it_and_a_server_that_is_away_does_not()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        swarm.Platform.IsAway = true;
        await Patience.UntilAsync(() => swarm.Relay.Server.Status.Failures.Any(static f => f.Contains("cannot reach the server", StringComparison.Ordinal)), "it says so");
        Assert.False(swarm.Relay.Server.Over.IsCompleted);
        Assert.Equal(swarm.Upstream.Files["v/0.m4s"], await swarm.Relay.GetAsync("v/0.m4s"));
        (swarm.Platform.IsAway, swarm.Platform.IsWithdrawn) = (false, true);
        Assert.Contains("withdrawn", await swarm.Relay.Server.Over.WaitAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_that_the_server_does_not_know_ends_it_at_the_start()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var platform = await TestPlatform.StartAsync(upstream);
        var key = Path.Combine(Directory.CreateTempSubdirectory("liveledger-relay-").FullName, "relay.key");
        await using var relay = await RunningRelay.StartAsync(upstream, o => o with { Server = platform.Address, Token = "another", KeyFile = key });
        Assert.Contains("token-invalid", await relay.Server.Over.WaitAsync(TimeSpan.FromSeconds(60)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grant_for_another_broadcast_is_named()
    {
        var other = BroadcastId.New(TimeProvider.System);
        await using var swarm = await AdmittedRelay.StartAsync(platform: p => p.GrantedFor = other);
        await Patience.UntilAsync(() => swarm.Relay.Server.Status.Failures.Any(f => f.Contains($"for broadcast {other} alone", StringComparison.Ordinal)), "it is said");
    }

    [Fact]
    public async Task A_relay_that_is_revoked_links_with_nobody_until_it_is_admitted_anew()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        using var peer = await swarm.LinkAsync();
        var admitted = swarm.Platform.Admitted;
        await peer.SendAsync(new Revoked(swarm.Platform.Revoke(peer.Handshake!.Other!.Peer)).ToMessage());
        Assert.Equal(ByeReason.NotAdmitted, await peer.UntilClosedAsync());
        await Patience.UntilAsync(() => swarm.Platform.Admitted > admitted && CanLink(swarm).Result, "it has another admission");
    }

    private static async Task<bool> CanLink(AdmittedRelay swarm)
    {
        try
        {
            using var peer = await swarm.LinkAsync();
            return peer.Handshake!.IsUp;
        }
        catch (System.Net.WebSockets.WebSocketException)
        {
            // 503: it says that it is not admitted.
            return false;
        }
    }
}
