using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Server;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Stories;

/// <summary>Into a swarm come those who may watch or were granted a relay, each with a key that is proved; what they are given is checked without us.</summary>
public sealed class Peers_are_admitted(OneServer one)
{
    [Fact]
    public async Task A_viewer_with_an_open_playback_gets_an_admission_that_anybody_can_check()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var (viewer, peer) = await WatchingAsync(acme);

        var answer = await peer.BeAdmittedAsync();

        var platform = (await one.Server.Http.GetFromJsonAsync<JsonObject>("/v1/admissions"))!;
        var verifier = new AdmissionVerifier(platform["issuer"]!.GetValue<string>(), await KeysAsync());
        Assert.Equal(AdmissionRefusal.None, verifier.Verify(peer.Admission, viewer.Broadcast.Id, DateTimeOffset.UtcNow, out var admission));
        Assert.Equal(peer.Key.PublicKey, admission!.Key);
        Assert.Equal(PeerRole.Viewer, admission.Role);
        Assert.Equal(acme.Identity.PublicKey, admission.Identity);
        Assert.Equal(new Uri(one.Server.BaseUrl, "/v1/swarm").ToString().Replace("http", "ws", StringComparison.Ordinal), admission.Tracker.ToString());
        Assert.InRange(answer["serverTime"]!.GetValue<long>(), admission.IssuedAt.ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddSeconds(1).ToUnixTimeMilliseconds());
        Assert.Equal(admission.ExpiresAt.ToUnixTimeMilliseconds(), answer["expiresAt"]!.GetValue<long>());
        Assert.Equal("optional", answer["sharing"]!.GetValue<string>());
        Assert.Equal($"stun:127.0.0.1:{one.Server.BaseUrl.Port}", answer["iceServers"]![0]!["urls"]![0]!.GetValue<string>());

        // One entitlement is one peer, whichever keys it shows; in another broadcast it is nobody that is known.
        using var again = Peer.Beside(peer);
        await again.BeAdmittedAsync();
        Assert.Equal(admission.Peer.ToString(), Peer.ClaimsOf(again.Admission)["sub"]!.GetValue<string>());
        var (_, elsewhere) = await WatchingAsync(acme);
        await elsewhere.BeAdmittedAsync();
        Assert.NotEqual(admission.Peer.ToString(), Peer.ClaimsOf(elsewhere.Admission)["sub"]!.GetValue<string>());
    }

    [Fact]
    public async Task Requests_that_prove_nothing_are_refused_by_name()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var (viewer, peer) = await WatchingAsync(acme);
        var old = DateTimeOffset.UtcNow.AddMinutes(-2).ToUnixTimeMilliseconds();
        using var stranger = Ed25519PrivateKey.Generate();

        await RefusedAsync(peer.AskAsync(static b => b.Remove("proof")), HttpStatusCode.BadRequest, "admission-request-invalid");
        await RefusedAsync(peer.AskAsync(static b => b["nonce"] = "AAAA"), HttpStatusCode.BadRequest, "admission-request-invalid");
        await RefusedAsync(peer.AskAsync(static b => b["time"] = long.MaxValue), HttpStatusCode.BadRequest, "admission-request-invalid");
        await RefusedAsync(peer.AskAsync(static b => b.Remove("playback")), HttpStatusCode.BadRequest, "admission-request-invalid");
        // RFC 7748's point of order one, and others of low order, are keys under which anybody can sign.
        await RefusedAsync(peer.AskAsync(static b => b["key"] = "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), HttpStatusCode.BadRequest, "key-unsound");
        await RefusedAsync(peer.AskAsync(static b => b["key"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), HttpStatusCode.BadRequest, "key-unsound");
        await RefusedAsync(peer.AskAsync(b => b["key"] = System.Buffers.Text.Base64Url.EncodeToString(stranger.PublicKey.Value.ToArray())), HttpStatusCode.Forbidden, "possession-unproved");
        await RefusedAsync(peer.AskAsync(signedFor: BroadcastId.New(TimeProvider.System)), HttpStatusCode.Forbidden, "possession-unproved");
        await RefusedAsync(peer.AskAsync(b => b["time"] = old), HttpStatusCode.Forbidden, "proof-stale");
        await RefusedAsync(peer.AskAsync(static b => b["playback"] = new string('0', 32)), HttpStatusCode.NotFound, "playback-unknown");

        var nonce = Nonce.New();
        Assert.Equal(HttpStatusCode.Created, (await peer.AskAsync(nonce: nonce)).StatusCode);
        await RefusedAsync(peer.AskAsync(nonce: nonce), HttpStatusCode.Conflict, "nonce-seen");

        // Another viewer's playback is nobody's.
        var ben = await Viewer.ComeAsync(viewer.Broadcast, "ben");
        await ben.EntitleAsync();
        using var bens = await Peer.OfViewerAsync(ben, "0");
        await RefusedAsync(bens.AskAsync(b => b["playback"] = peer.Playback), HttpStatusCode.NotFound, "playback-unknown");
        await RefusedAsync(one.Server.Http.PostAsJsonAsync("/v1/admissions", new JsonObject()), HttpStatusCode.Unauthorized, "token-missing");
    }

    [Fact]
    public async Task Who_may_not_watch_any_more_is_not_admitted()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await LiveAsync(acme);
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        var entitlement = await viewer.EntitleAsync();
        using var peer = await Peer.OfViewerAsync(viewer, "0");
        await peer.BeAdmittedAsync();

        (await acme.Api.DeleteAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{entitlement}")).EnsureSuccessStatusCode();

        await RefusedAsync(peer.AskAsync(), HttpStatusCode.Forbidden, "entitlement-revoked");
    }

    [Fact]
    public async Task One_entitlement_gets_no_more_admissions_than_players_need()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var (_, peer) = await WatchingAsync(acme);
        var answers = new List<HttpStatusCode>();
        for (var n = 0; n < 75; n++)
        {
            using var answer = await peer.AskAsync();
            answers.Add(answer.StatusCode);
            Assert.Equal(answer.StatusCode == HttpStatusCode.TooManyRequests, answer.Headers.RetryAfter is not null);
        }

        // A slow machine gives one or two more meanwhile.
        Assert.InRange(answers.TakeWhile(static a => a == HttpStatusCode.Created).Count(), 60, 66);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
    }

    [Fact]
    public async Task A_ban_is_of_the_entitlement_and_not_of_a_key_and_can_be_lifted()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var (viewer, peer) = await WatchingAsync(acme);
        await peer.BeAdmittedAsync();
        var pseudonym = Peer.ClaimsOf(peer.Admission)["sub"]!.GetValue<string>();
        var bans = $"/v1/broadcasts/{viewer.Broadcast.Id}/bans";

        (await acme.Api.PutAsJsonAsync($"{bans}/{pseudonym}", new { reason = "sent bad chunks" })).EnsureSuccessStatusCode();

        using var another = Peer.Beside(peer);
        await RefusedAsync(another.AskAsync(), HttpStatusCode.Forbidden, "peer-banned");
        Assert.Equal("sent bad chunks", (await acme.Api.GetFromJsonAsync<JsonObject>(bans))!["items"]![0]!["reason"]!.GetValue<string>());
        // What it may not share it may still watch.
        Assert.Equal(HttpStatusCode.OK, (await viewer.AskAsync(await viewer.Broadcast.KeyIdAsync("0"))).StatusCode);
        // Somebody else's broadcast is not theirs to ban in.
        using var other = await Broadcaster.AdmitAsync(one.Server, "other");
        await RefusedAsync(other.Api.PutAsJsonAsync($"{bans}/{pseudonym}", new { reason = "x" }), HttpStatusCode.NotFound, "broadcast-unknown");

        (await acme.Api.DeleteAsync($"{bans}/{pseudonym}")).EnsureSuccessStatusCode();
        await another.BeAdmittedAsync();
        await RefusedAsync(acme.Api.DeleteAsync($"{bans}/{pseudonym}"), HttpStatusCode.NotFound, "ban-unknown");
    }

    [Fact]
    public async Task A_relay_is_admitted_by_its_grant_and_by_nothing_else_gets_in()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var (broadcast, other) = (await LiveAsync(acme), await LiveAsync(acme));
        var granted = await GrantAsync(acme.Api, $"/v1/broadcasts/{broadcast.Id}/relays");
        using var relay = Peer.OfRelay(one.Server, broadcast.Id, granted["token"]!.GetValue<string>());

        await relay.BeAdmittedAsync();

        var claims = Peer.ClaimsOf(relay.Admission);
        Assert.Equal("relay", claims["role"]!.GetValue<string>());
        Assert.Equal("https://relay.example", claims["origin"]!.GetValue<string>());
        Assert.Equal(8_000_000, claims["upload"]!.GetValue<long>());

        // It can look up what it is to carry.
        using (var own = one.Server.As(relay.Token))
        {
            var told = (await own.GetFromJsonAsync<JsonObject>("/v1/relay"))!;
            Assert.Equal([broadcast.Id.ToString()], told["broadcasts"]!.AsArray().Select(static b => b!.GetValue<string>()));
            await broadcast.EndAsync();
            Assert.Empty((await own.GetFromJsonAsync<JsonObject>("/v1/relay"))!["broadcasts"]!.AsArray());
        }

        // A relay never needs a key: its token opens no licence, and no other door.
        using var api = one.Server.As(relay.Token);
        await RefusedAsync(api.PostAsJsonAsync("/v1/licences", new { kids = new[] { await broadcast.KeyIdAsync("0") }, type = "temporary" }), HttpStatusCode.Forbidden, "role-missing");
        await RefusedAsync(api.GetAsync("/v1/broadcasts"), HttpStatusCode.Unauthorized, "token-invalid");
        await RefusedAsync(acme.Api.GetAsync("/v1/relay"), HttpStatusCode.Unauthorized, "token-invalid");

        using var astray = Peer.OfRelay(one.Server, other.Id, relay.Token);
        await RefusedAsync(astray.AskAsync(), HttpStatusCode.Forbidden, "grant-ended");
        (await acme.Api.DeleteAsync($"/v1/broadcasts/{broadcast.Id}/relays/{granted["relay"]!["id"]}")).EnsureSuccessStatusCode();
        await RefusedAsync(relay.AskAsync(), HttpStatusCode.Forbidden, "grant-ended");
    }

    [Fact]
    public async Task Relays_for_every_broadcast_are_the_operators_to_grant()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var (first, second) = (await LiveAsync(acme), await LiveAsync(acme));
        using var op = one.Server.As(one.Server.OperatorToken);
        await RefusedAsync(acme.Api.PostAsJsonAsync("/v1/relays", new { name = "edge", origin = "https://relay.example" }), HttpStatusCode.Forbidden, "role-missing");
        foreach (var origin in (string[])["https://relay.example/", "https://relay.example/path", "ftp://relay.example", "https://u@relay.example", "relay"])
        {
            await RefusedAsync(op.PostAsJsonAsync("/v1/relays", new { name = "edge", origin }), HttpStatusCode.BadRequest, "relay-invalid");
        }

        var granted = await GrantAsync(op, "/v1/relays");
        using var one1 = Peer.OfRelay(one.Server, first.Id, granted["token"]!.GetValue<string>());
        using var one2 = Peer.OfRelay(one.Server, second.Id, granted["token"]!.GetValue<string>());
        await one1.BeAdmittedAsync();
        await one2.BeAdmittedAsync();
        // In each broadcast it is another peer.
        Assert.NotEqual(Peer.ClaimsOf(one1.Admission)["sub"]!.GetValue<string>(), Peer.ClaimsOf(one2.Admission)["sub"]!.GetValue<string>());
        (await op.DeleteAsync($"/v1/relays/{granted["relay"]!["id"]}")).EnsureSuccessStatusCode();
        await RefusedAsync(one1.AskAsync(), HttpStatusCode.Forbidden, "grant-ended");
    }

    internal static async Task<JsonObject> GrantAsync(HttpClient api, string path)
    {
        var answer = await api.PostAsJsonAsync(path, new { name = "edge", origin = "https://relay.example", uploadLimit = 8_000_000 });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private async Task<RunningBroadcast> LiveAsync(Broadcaster broadcaster)
    {
        var broadcast = await broadcaster.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        return broadcast;
    }

    private async Task<(Viewer Viewer, Peer Peer)> WatchingAsync(Broadcaster broadcaster)
    {
        var viewer = await Viewer.ComeAsync(await LiveAsync(broadcaster), "ann");
        await viewer.EntitleAsync();
        return (viewer, await Peer.OfViewerAsync(viewer, "0"));
    }

    private async Task<List<Ed25519PublicKey>> KeysAsync()
    {
        var set = (await one.Server.Http.GetFromJsonAsync<JsonObject>("/.well-known/jwks.json"))!;
        return [.. set["keys"]!.AsArray().Select(static k => Ed25519PublicKey.TryParse(System.Buffers.Text.Base64Url.DecodeFromChars(k!["x"]!.GetValue<string>()), out var key) ? key : throw new InvalidDataException("no key"))];
    }

    private static async Task RefusedAsync(Task<HttpResponseMessage> asked, HttpStatusCode status, string code)
    {
        var answer = await asked;
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {body}");
        Assert.Equal(code, JsonNode.Parse(body)!["code"]!.GetValue<string>());
    }
}
