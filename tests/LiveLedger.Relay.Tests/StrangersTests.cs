using System.Net;
using System.Net.WebSockets;

namespace LiveLedger.Relay.Tests;

/// <summary>Who has connected to <c>/v1/peer</c> and has not proved who it is yet: one machine does not take the places of all others.</summary>
public sealed class StrangersTests
{
    private const int OfOneAddress = 64;

    private static readonly IPAddress s_one = IPAddress.Loopback;
    private static readonly IPAddress s_other = IPAddress.Parse("127.0.0.2");

    [Fact]
    public async Task One_address_has_so_many_and_another_comes_in_all_the_same()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        var strangers = await CrowdAsync(swarm, OfOneAddress);
        Assert.All(strangers, Assert.NotNull);
        Assert.Null(await TryAsync(swarm, s_one));
        using var other = await TryAsync(swarm, s_other);
        Assert.NotNull(other);

        // A place is free as soon as its holder has gone.
        strangers[0]!.Dispose();
        await Patience.UntilAsync(() => TryAsync(swarm, s_one).Result is { } next && Gone(next), "there is room again");
        Array.ForEach(strangers, static s => s!.Dispose());
    }

    [Fact]
    public async Task Who_has_proved_who_it_is_is_no_stranger()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        var strangers = await CrowdAsync(swarm, OfOneAddress - 1);
        var linked = new List<TestPeer>();
        for (var n = 0; n < 3; n++)
        {
            linked.Add(await swarm.LinkAsync());
        }

        Assert.All(linked, static peer => Assert.True(peer.Handshake!.IsUp));
        linked.ForEach(static peer => peer.Dispose());
        Array.ForEach(strangers, static s => s!.Dispose());
    }

    [Fact]
    public async Task An_IPv4_address_is_one_by_whichever_socket_it_comes_and_not_all_of_them_are()
    {
        await using var swarm = await AdmittedRelay.StartAsync(static o => o with { Urls = "http://127.0.0.1:0;http://[::]:0" });
        var strangers = await CrowdAsync(swarm, OfOneAddress);
        Assert.All(strangers, Assert.NotNull);

        // A socket of IPv6 sees it as ::ffff:127.0.0.1, and 127.0.0.2 in the same /64 as that.
        var port = new Uri(swarm.Relay.Server.Addresses[1]).Port;
        Assert.Null(await TryAsync(swarm, s_one, $"http://127.0.0.1:{port}"));
        using var other = await TryAsync(swarm, s_other, $"http://127.0.0.1:{port}");
        Assert.NotNull(other);
        using var sixth = await TryAsync(swarm, IPAddress.IPv6Loopback, $"http://[::1]:{port}");
        Assert.NotNull(sixth);
        Array.ForEach(strangers, static s => s!.Dispose());
    }

    private static Task<TestPeer?[]> CrowdAsync(AdmittedRelay swarm, int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => TryAsync(swarm, s_one)));

    // Null if it is told that there is no room.
    private static async Task<TestPeer?> TryAsync(AdmittedRelay swarm, IPAddress from, string? relay = null)
    {
        try
        {
            return await TestPeer.ConnectAsync(relay is null ? swarm.Relay.Address : new(relay), swarm.Upstream.Broadcast, from);
        }
        catch (WebSocketException e) when (e.Message.Contains("503", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private static bool Gone(TestPeer peer)
    {
        peer.Dispose();
        return true;
    }
}
