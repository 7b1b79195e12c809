using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Server;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Revocations;

namespace LiveLedger.Stories;

/// <summary>Admitted peers are introduced to one another, and to nobody else; who is sent away is known to all within two seconds.</summary>
public sealed class Peers_meet_at_the_tracker(OneServer one)
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(700);

    [Fact]
    public async Task Three_viewers_are_introduced_and_reach_one_another_and_nobody_else()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        var peers = new List<Peer>();
        foreach (var name in (string[])["ann", "ben"])
        {
            peers.Add(await JoinedAsync(broadcast, name));
        }

        // Two are not worth a mesh.
        Assert.DoesNotContain(await peers[0].HearAllAsync(s_quiet), static m => Type(m) == "introduce");
        peers.Add(await JoinedAsync(broadcast, "cid"));

        foreach (var peer in peers)
        {
            var introduced = (await peer.HearAllAsync(s_quiet)).Where(static m => Type(m) == "introduce").ToList();
            Assert.Equal(peers.Where(p => p != peer).Select(static p => p.Id).Order(), introduced.Select(static m => m["peer"]!.GetValue<string>()).Order());
            Assert.All(introduced, static m => Assert.Equal(("viewer", "lan"), (m["role"]!.GetValue<string>(), m["near"]!.GetValue<string>())));
        }

        // Of each two one offers.
        await peers[0].SayAsync(Signal(peers[1].Id, "v=0"));
        var heard = await peers[1].HearAsync("signal");
        Assert.Equal((peers[0].Id, "offer", "v=0"), (heard["peer"]!.GetValue<string>(), heard["kind"]!.GetValue<string>(), heard["text"]!.GetValue<string>()));

        // Of another broadcast, or by a name that was guessed, nobody is reached.
        var elsewhere = await JoinedAsync(await LiveAsync(acme), "dora");
        await elsewhere.SayAsync(Signal(peers[1].Id, "v=0"));
        await elsewhere.SayAsync(Signal("AAAAAAAAAAAAAAAAAAAAAA", "v=0"));
        Assert.DoesNotContain(await peers[1].HearAllAsync(s_quiet), static m => Type(m) == "signal");

        await peers[2].LeaveAsync();
        Assert.Equal(peers[2].Id, (await peers[0].HearAsync("gone"))["peer"]!.GetValue<string>());
        peers.ForEach(static p => p.Dispose());
        elsewhere.Dispose();
    }

    [Fact]
    public async Task After_an_offence_two_are_never_introduced_again_and_after_a_farewell_they_may_be()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        Peer[] peers = [await JoinedAsync(broadcast, "ann"), await JoinedAsync(broadcast, "ben"), await JoinedAsync(broadcast, "cid")];
        foreach (var peer in peers)
        {
            await peer.HearAllAsync(s_quiet);
        }

        await peers[0].SayAsync(new JsonObject { ["type"] = "unlink", ["peer"] = peers[1].Id, ["why"] = "offence" });
        await peers[0].SayAsync(new JsonObject { ["type"] = "unlink", ["peer"] = peers[2].Id, ["why"] = "left" });
        await peers[0].SayAsync(new JsonObject { ["type"] = "more" });
        var again = (await peers[0].HearAllAsync(s_quiet)).Where(static m => Type(m) == "introduce").Select(static m => m["peer"]!.GetValue<string>());
        Assert.Equal([peers[2].Id], again);

        // Nor with a new connection and a new key: an offence is the entitlement's.
        using var back = Peer.Beside(peers[1]);
        await back.BeAdmittedAsync();
        await back.JoinAsync(tracks: "0");
        var introduced = (await back.HearAllAsync(s_quiet)).Where(static m => Type(m) == "introduce").Select(static m => m["peer"]!.GetValue<string>()).ToList();
        Assert.Equal([peers[2].Id], introduced);
        Array.ForEach(peers, static p => p.Dispose());
    }

    [Fact]
    public async Task Who_cannot_prove_its_key_or_speaks_otherwise_does_not_get_in()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        using var honest = await AdmittedAsync(broadcast, "ann");
        using var strangersKey = Ed25519PrivateKey.Generate();

        // Stolen: the admission without its key.
        Assert.Equal("not-proved", await RefusedAsync(honest, signer: strangersKey));
        var altered = honest.Admission.Split('.');
        Assert.Equal("bad-signature", await RefusedAsync(honest, $"{altered[0]}.{altered[1]}.{altered[2][..^4]}AAAA"));
        Assert.Equal("malformed", await RefusedAsync(honest, "e30.e30.e30"));
        Assert.Equal("malformed", await RefusedAsync(honest, honest.Token));

        foreach (var said in (string[])["", "{", "[]", "{\"type\":\"join\"}", "{\"type\":\"more\"}", "{\"type\":\"join\",\"type\":\"join\"}", $"{{\"type\":\"{new string('x', 20_000)}\"}}"])
        {
            using var rude = Again(honest);
            await rude.ConnectAsync();
            await rude.SayAsync(Encoding.UTF8.GetBytes(said));
            Assert.Equal("protocol", (await rude.HearAsync("refused"))["code"]!.GetValue<string>());
        }

        var plain = await one.Server.Http.GetAsync("/v1/swarm");
        Assert.Equal(HttpStatusCode.UpgradeRequired, plain.StatusCode);
        Assert.Contains("websocket-required", await plain.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("joined", Type(await honest.JoinAsync(tracks: "0")));

        Task<string> RefusedAsync(Peer peer, string? admission = null, Ed25519PrivateKey? signer = null) => CodeAsync(Again(peer), admission, signer);
    }

    [Fact]
    public async Task A_ban_is_known_to_all_within_two_seconds_and_the_banned_are_out()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        Peer[] peers = [await JoinedAsync(broadcast, "ann"), await JoinedAsync(broadcast, "ben"), await JoinedAsync(broadcast, "cid")];
        var pseudonym = Peer.ClaimsOf(peers[0].Admission)["sub"]!.GetValue<string>();

        var watch = Stopwatch.StartNew();
        (await acme.Api.PutAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/bans/{pseudonym}", new { reason = "x" })).EnsureSuccessStatusCode();
        var told = await Task.WhenAll(peers[1].HearAsync("revoked"), peers[2].HearAsync("revoked"));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));

        var platform = (await one.Server.Http.GetFromJsonAsync<JsonObject>("/v1/admissions"))!;
        var keys = (await one.Server.Http.GetFromJsonAsync<JsonObject>("/.well-known/jwks.json"))!["keys"]!.AsArray();
        Assert.True(Ed25519PublicKey.TryParse(System.Buffers.Text.Base64Url.DecodeFromChars(keys[0]!["x"]!.GetValue<string>()), out var key));
        foreach (var message in told)
        {
            var revocation = RevocationToken.Read(message["token"]!.GetValue<string>(), platform["issuer"]!.GetValue<string>(), [key], broadcast.Id);
            Assert.Equal(pseudonym, Assert.Single(revocation!.Peers).ToString());
        }

        Assert.Equal("revoked", (await peers[0].HearAsync("refused"))["code"]!.GetValue<string>());
        Assert.Equal("closed", Type((await peers[0].HearAllAsync(TimeSpan.FromSeconds(5)))[^1]));
        // What it still has of an admission opens nothing, and who comes later is told as well.
        Assert.Equal("revoked", await CodeAsync(Again(peers[0])));
        using var late = await JoinedAsync(broadcast, "dora");
        await late.HearAsync("revoked");
        Array.ForEach(peers, static p => p.Dispose());
    }

    [Fact]
    public async Task Whose_right_or_grant_ends_is_out_of_the_swarm_within_two_seconds()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        var entitlement = await viewer.EntitleAsync();
        using var ann = await Peer.OfViewerAsync(viewer, "0");
        await ann.BeAdmittedAsync();
        await ann.JoinAsync(tracks: "0");
        var granted = await Peers_are_admitted.GrantAsync(acme.Api, $"/v1/broadcasts/{broadcast.Id}/relays");
        using var relay = Peer.OfRelay(one.Server, broadcast.Id, granted["token"]!.GetValue<string>());
        await relay.BeAdmittedAsync();
        await relay.JoinAsync();

        var watch = Stopwatch.StartNew();
        (await acme.Api.DeleteAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{entitlement}")).EnsureSuccessStatusCode();
        Assert.Equal("revoked", (await ann.HearAsync("refused"))["code"]!.GetValue<string>());
        await relay.HearAsync("revoked");
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));

        watch.Restart();
        (await acme.Api.DeleteAsync($"/v1/broadcasts/{broadcast.Id}/relays/{granted["relay"]!["id"]}")).EnsureSuccessStatusCode();
        Assert.Equal("revoked", (await relay.HearAsync("refused"))["code"]!.GetValue<string>());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Private_peers_and_those_who_must_not_share_meet_relays_alone()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        Peer[] open = [await JoinedAsync(broadcast, "ann"), await JoinedAsync(broadcast, "ben"), await JoinedAsync(broadcast, "cid")];
        using var hidden = await AdmittedAsync(broadcast, "dora", static b => b["private"] = true);
        await hidden.JoinAsync(tracks: "0");
        var offer = await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/offers", new { name = "quiet", peerSharing = "forbidden" });
        offer.EnsureSuccessStatusCode();
        using var silent = await AdmittedAsync(broadcast, "eve", offer: (await offer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>());
        Assert.Equal((true, 0), (Peer.ClaimsOf(silent.Admission)["private"]!.GetValue<bool>(), Peer.ClaimsOf(silent.Admission)["upload"]!.GetValue<long>()));
        await silent.JoinAsync(tracks: "0");
        var granted = await Peers_are_admitted.GrantAsync(acme.Api, $"/v1/broadcasts/{broadcast.Id}/relays");
        using var relay = Peer.OfRelay(one.Server, broadcast.Id, granted["token"]!.GetValue<string>());
        await relay.BeAdmittedAsync();
        await relay.JoinAsync();

        foreach (var peer in (Peer[])[hidden, silent])
        {
            var introduced = Assert.Single(await peer.HearAllAsync(s_quiet), static m => Type(m) == "introduce");
            Assert.Equal(("relay", "https://relay.example"), (introduced["role"]!.GetValue<string>(), introduced["origin"]!.GetValue<string>()));
        }

        foreach (var peer in open)
        {
            var introduced = (await peer.HearAllAsync(s_quiet)).Where(static m => Type(m) == "introduce").Select(static m => m["peer"]!.GetValue<string>()).ToList();
            Assert.DoesNotContain(hidden.Id, introduced);
            Assert.DoesNotContain(silent.Id, introduced);
            Assert.Contains(relay.Id, introduced);
        }

        Array.ForEach(open, static p => p.Dispose());
    }

    [Fact]
    public async Task A_new_segment_is_dealt_out_to_heads_whose_stripes_are_disjoint_and_together_all_of_it()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        Peer[] peers = [await JoinedAsync(broadcast, "ann"), await JoinedAsync(broadcast, "ben"), await JoinedAsync(broadcast, "cid"), await JoinedAsync(broadcast, "dora")];
        // One that plays another track is no head of this one, and one that does not send is none at all.
        await peers[2].SayAsync(new JsonObject { ["type"] = "playing", ["tracks"] = new JsonArray("2") });
        await peers[3].SayAsync(new JsonObject { ["type"] = "playing", ["tracks"] = new JsonArray("0"), ["sharing"] = false });
        foreach (var peer in peers)
        {
            await peer.HearAllAsync(s_quiet);
        }

        await broadcast.PublishAsync(one.Source, 1, 2, init: false);

        var stripes = new List<(int Peer, string Track, int First, int Count)>();
        for (var n = 0; n < peers.Length; n++)
        {
            stripes.AddRange((await peers[n].HearAllAsync(s_quiet)).Where(static m => Type(m) == "stripe").Select(m =>
            {
                Assert.Equal((0, 1), (m["epoch"]!.GetValue<int>(), m["sequence"]!.GetValue<int>()));
                return (n, m["track"]!.GetValue<string>(), m["first"]!.GetValue<int>(), m["count"]!.GetValue<int>());
            }));
        }

        foreach (var (track, heads) in new[] { ("0", (int[])[0, 1]), ("2", [2]) })
        {
            var length = (await one.Server.Http.GetByteArrayAsync($"/live/{broadcast.Id}/{track}/1.m4s")).Length;
            var mine = stripes.Where(s => s.Track == track).OrderBy(static s => s.First).ToList();
            Assert.Equal(heads, mine.Select(static s => s.Peer).Order());
            Assert.Equal(0, mine[0].First);
            Assert.All(mine.Zip(mine.Skip(1)), static pair => Assert.Equal(pair.First.First + pair.First.Count, pair.Second.First));
            Assert.Equal(ChunkTree.CountFor(length), mine[^1].First + mine[^1].Count);
        }

        Array.ForEach(peers, static p => p.Dispose());
    }

    [Fact]
    public async Task An_admission_is_renewed_on_the_same_socket_by_the_same_key_alone()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        using var peer = await JoinedAsync(broadcast, "ann");
        await peer.BeAdmittedAsync();
        await peer.SayAsync(new JsonObject { ["type"] = "renew", ["admission"] = peer.Admission, ["proof"] = peer.ProofOf(peer.Admission) });
        Assert.DoesNotContain(await peer.HearAllAsync(s_quiet), static m => Type(m) == "refused");

        using var other = Peer.Beside(peer);
        await other.BeAdmittedAsync();
        await peer.SayAsync(new JsonObject { ["type"] = "renew", ["admission"] = other.Admission, ["proof"] = peer.ProofOf(other.Admission, other.Key) });
        Assert.Equal("not-proved", (await peer.HearAsync("refused"))["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Stun_tells_a_peer_the_address_that_its_packets_come_from()
    {
        using var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        udp.Connect(IPAddress.Loopback, one.Server.BaseUrl.Port);
        byte[] request = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        await udp.SendAsync(request);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var answer = (await udp.ReceiveAsync(patience.Token)).Buffer;

        Assert.Equal(request[4..20], answer[4..20]);
        Assert.Equal((ushort)((IPEndPoint)udp.Client.LocalEndPoint!).Port, (ushort)((answer[26] << 8 | answer[27]) ^ 0x2112));
        Assert.Equal([127, 0, 0, 1], answer[28..32].Zip(request[4..8], static (a, b) => (byte)(a ^ b)));

        // Anything else is not answered.
        await udp.SendAsync((byte[])[1, 1, 0, 0, .. request[4..]]);
        await udp.SendAsync(request);
        Assert.Equal(answer, (await udp.ReceiveAsync(patience.Token)).Buffer);
    }

    private static string Type(JsonObject message) => message["type"]!.GetValue<string>();

    private static JsonObject Signal(string to, string text) => new() { ["type"] = "signal", ["peer"] = to, ["kind"] = "offer", ["text"] = text };

    private static Peer Again(Peer peer) => Peer.Beside(peer, sameKey: true);

    private static async Task<string> CodeAsync(Peer peer, string? admission = null, Ed25519PrivateKey? signer = null) =>
        (await peer.JoinAsync(admission, signer, "0"))["code"]?.GetValue<string>() ?? "joined";

    private async Task<RunningBroadcast> LiveAsync(Broadcaster broadcaster)
    {
        var broadcast = await broadcaster.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        return broadcast;
    }

    private static async Task<Peer> JoinedAsync(RunningBroadcast broadcast, string name)
    {
        var peer = await AdmittedAsync(broadcast, name);
        Assert.Equal("joined", Type(await peer.JoinAsync(tracks: "0")));
        return peer;
    }

    private static async Task<Peer> AdmittedAsync(RunningBroadcast broadcast, string name, Action<JsonObject>? change = null, string? offer = null)
    {
        var viewer = await Viewer.ComeAsync(broadcast, name);
        (await broadcast.Owner.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/entitlements", new { viewer = name, offer })).EnsureSuccessStatusCode();
        var peer = await Peer.OfViewerAsync(viewer, "0");
        await peer.BeAdmittedAsync(change);
        return peer;
    }
}
