using System.Net;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Relay.Tests;

/// <summary>Who is let in on <c>/v1/peer</c>, and who is not.</summary>
public sealed class HandshakeTests
{
    public static TheoryData<string> Refused => ["stranger", "expired", "other broadcast", "altered", "somebody else's", "the relay's own", "revoked", "not yet"];

    [Fact]
    public async Task Who_is_admitted_is_let_in_and_so_is_the_relay_by_the_peer()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        using var peer = await swarm.LinkAsync();
        Assert.True(peer.Handshake!.IsUp);
        Assert.Equal(PeerRole.Relay, peer.Handshake.Other!.Role);
        Assert.Equal(TestPlatform.Origin, peer.Handshake.Other.Origin);
        await Patience.UntilAsync(() => swarm.Relay.Server.Status.Links == 1, "the relay counts it");
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Who_is_not_is_told_so_and_gets_nothing(string who)
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        using var other = Ed25519PrivateKey.Generate();
        var platform = swarm.Platform;
        var victim = platform.Admit();
        var self = who switch
        {
            "stranger" => platform.Admit(signer: other),
            "expired" => platform.Admit(static a => a with { IssuedAt = a.IssuedAt.AddMinutes(-20), ExpiresAt = a.ExpiresAt.AddMinutes(-20) }),
            "not yet" => platform.Admit(static a => a with { IssuedAt = a.IssuedAt.AddMinutes(5), ExpiresAt = a.ExpiresAt.AddMinutes(5) }),
            "other broadcast" => platform.Admit(static a => a with { Broadcast = BroadcastId.New(TimeProvider.System) }),
            "altered" => victim with { Token = victim.Token[..^2] + (victim.Token[^2] == 'A' ? "BA" : "AA") },
            "somebody else's" => victim with { Key = other },
            "the relay's own" => await OwnAsync(swarm, other),
            _ => victim,
        };
        if (who == "revoked")
        {
            using var messenger = await swarm.LinkAsync();
            await messenger.SendAsync(new Revoked(platform.Revoke(victim.Admission.Peer)).ToMessage());
            await messenger.SendAsync(new Ping(1).ToMessage());
            await messenger.ReceiveAsync(PeerMessageType.Pong);
        }

        // Signed for its own broadcast, the peer cannot even make a handshake with this one: it says what it has all the same.
        using var peer = await swarm.LinkAsync(self);
        Assert.Equal(ByeReason.NotAdmitted, await peer.UntilClosedAsync());
        Assert.Empty(peer.Held);
        await Patience.UntilAsync(() => swarm.Relay.Server.Status.Links == 0, "nobody is linked");
    }

    [Fact]
    public async Task A_relay_under_another_origin_is_refused_by_the_peer_and_refuses_it()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        using var careful = await swarm.LinkAsync(origin: "https://elsewhere.example");
        Assert.Equal(LinkRefusal.WrongOrigin, careful.Handshake!.Refusal);

        // One that is led elsewhere and does not look at the admission's origin signs what it believes, and the relay sees that it is not the relay.
        var self = swarm.Platform.Admit();
        using var led = await LedAsync(swarm, self, "https://elsewhere.example");
        Assert.Equal(ByeReason.NotAdmitted, await led.UntilClosedAsync());
    }

    [Fact]
    public async Task The_platforms_keys_are_enough_while_the_server_is_away()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        swarm.Platform.IsAway = true;
        using var peer = await swarm.LinkAsync();
        Assert.True(peer.Handshake!.IsUp);
    }

    [Fact]
    public async Task Without_an_admission_of_its_own_the_relay_links_with_nobody()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        Assert.Equal(HttpStatusCode.NotFound, (await relay.Http.GetAsync($"/v1/peer/{upstream.Broadcast}")).StatusCode);
    }

    [Fact]
    public async Task Its_key_is_its_owners_alone_and_the_same_after_a_restart()
    {
        await using var swarm = await AdmittedRelay.StartAsync();
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(swarm.KeyFile));
        }

        using var key = Platforms.RelayKeyFile.LoadOrCreate(swarm.KeyFile);
        using var peer = await swarm.LinkAsync();
        Assert.Equal(key.PublicKey, peer.Handshake!.Other!.Key);
    }

    private static async Task<LinkSelf> OwnAsync(AdmittedRelay swarm, Ed25519PrivateKey other)
    {
        // Under the relay's pseudonym: it would be linking with itself.
        using var peer = await swarm.LinkAsync();
        return swarm.Platform.Admit(a => a with { Peer = peer.Handshake!.Other!.Peer }, other);
    }

    /// <summary>One that takes the relay for whoever is at an origin, and does not look at the relay's admission.</summary>
    internal static async Task<TestPeer> LedAsync(AdmittedRelay swarm, LinkSelf self, string origin)
    {
        var peer = await TestPeer.ConnectAsync(swarm.Relay.Address, swarm.Upstream.Broadcast, trusted: swarm.Relay.Certificate);
        var nonce = Nonce.New();
        await peer.SendAsync(new Hello(nonce, self.Token).ToMessage());
        Hello.TryRead(await peer.ReceiveAsync(PeerMessageType.Hello), out var hello);
        swarm.Platform.Verifier.Verify(hello.Admission, swarm.Upstream.Broadcast, swarm.Platform.Now, out var relay);
        var proof = new LinkProof(swarm.Upstream.Broadcast, new(self.Key.PublicKey, nonce), new(relay!.Key, hello.Nonce), ChannelBinding.Relay(origin));
        await peer.SendAsync(Proof.ToMessage(proof.Sign(LinkSide.Offerer, self.Key)));
        return peer;
    }
}
