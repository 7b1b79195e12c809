using System.Net;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Relay.Tests;

/// <summary>What fails below in a way that nobody has thought of costs that one request, and nothing after it.</summary>
public sealed class UnforeseenFailuresTests
{
    // More than a link may have under way at once, and than may be looked for at once.
    private const int ManyRequests = 80;

    [Fact]
    public async Task A_peer_whose_request_fails_is_told_so_and_may_ask_again()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        await swarm.Relay.GetAsync("v/0.m4s");
        using var peer = await swarm.LinkAsync();
        var root = swarm.Upstream.Address;
        using (var failing = new FailingRequests(address => address.Port == root.Port && address.AbsolutePath.EndsWith("v/1.record", StringComparison.Ordinal)))
        {
            for (var n = 0; n < ManyRequests; n++)
            {
                var request = await peer.WantAsync(1, 0, 1);
                Assert.True(No.TryRead(await peer.ReceiveAsync(PeerMessageType.No), out var no));
                Assert.Equal(new No(request, NoReason.Absent), no);
            }

            Assert.Equal(ManyRequests, failing.Failed);
        }

        // The link is as good as before, and so is the relay.
        var next = await peer.WantAsync(1, 0, 1);
        Assert.True(ChunkRun.TryRead(await peer.ReceiveAsync(PeerMessageType.Chunks), out var run));
        Assert.Equal(next, run.Request);
    }

    [Fact]
    public async Task A_certificate_that_could_not_be_looked_for_is_looked_for_by_the_next_who_needs_it()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        using (var failing = new FailingRequests(address => address.Port == upstream.Address.Port && address.AbsolutePath.EndsWith("/signer", StringComparison.Ordinal)))
        {
            foreach (var path in (string[])["v/0.m4s", "v/0.record", "signer"])
            {
                Assert.Equal(HttpStatusCode.InternalServerError, (await relay.AskAsync(path)).StatusCode);
            }

            Assert.Equal(3, failing.Failed);
        }

        Assert.Equal(upstream.Files["v/0.m4s"], await relay.GetAsync("v/0.m4s"));
        Assert.Equal(1, upstream.Asked("signer"));
    }
}
