using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography.Jose;
using LiveLedger.Harness.Media;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Relay.Tests;

/// <summary>A real server with a real broadcast, and the real <c>liveledger relay</c> before it, by a real grant.</summary>
public sealed class LiveBroadcastTests
{
    private const string Origin = "https://relay.example";

    [Fact]
    public async Task A_granted_relay_carries_a_broadcast_has_no_key_of_it_and_ends_with_its_grant()
    {
        await using var server = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        using var source = await CmafSource.MakeAsync(6);
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(source, 0, 3);
        var relays = $"/v1/broadcasts/{broadcast.Id}/relays";
        var (grant, token) = await GrantAsync(acme.Api, relays);
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        await viewer.EntitleAsync();
        var keys = await KeysAsync(viewer, source.Tracks);

        const string Planted = "QSBwbGFudGVkIGtleSE";
        using var relay = await RelayProcess.StartAsync(
            new Dictionary<string, string> { ["LIVELEDGER_RELAY_TOKEN"] = token, ["A_PLANTED_KEY"] = Planted, ["LIVELEDGER_HOME"] = Home() },
            "--server", server.BaseUrl.AbsoluteUri, "--broadcast", broadcast.Id.ToString(), "--origin", Origin);
        await Patience.UntilAsync(() => relay.Status["joined"]!.GetValue<int>() == 1, "the relay is at the tracker");
        Assert.Empty(relay.Status["failures"]!.AsArray());

        byte[] ciphertext = [];
        foreach (var track in source.Tracks)
        {
            foreach (var path in (string[])["signer", $"{track}/init.mp4", $"{track}/0.record", $"{track}/0.m4s", $"{track}/2.m4s"])
            {
                using var near = await relay.Http.GetAsync($"/live/{broadcast.Id}/{path}");
                using var origin = await server.Http.GetAsync($"/live/{broadcast.Id}/{path}");
                ciphertext = await near.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
                Assert.Equal(await origin.Content.ReadAsByteArrayAsync(), ciphertext);
                // A player may begin at one and go on at the other. The origin has no tag for the certificate, which it may replace.
                Assert.Equal((path, path == "signer" ? near.Headers.ETag : origin.Headers.ETag, origin.Content.Headers.ContentType), (path, near.Headers.ETag, near.Content.Headers.ContentType));
            }
        }

        // A viewer hears of it at the tracker and gets a segment over the link; each believes the other by the platform's word alone.
        using var peer = await Peer.OfViewerAsync(viewer, source.Tracks[0]);
        await peer.BeAdmittedAsync();
        await peer.JoinAsync();
        var introduced = await peer.HearAsync("introduce");
        Assert.Equal(("relay", Origin), (introduced["role"]!.GetValue<string>(), introduced["origin"]!.GetValue<string>()));
        using var link = await LinkAsync(relay, peer);
        Assert.True(SignedRecord.TryParse(await link.RecordAsync(1, source.Tracks[0]), out var record));
        Assert.Equal(await server.Http.GetByteArrayAsync($"/live/{broadcast.Id}/{source.Tracks[0]}/1.m4s"), await link.SegmentAsync(1, record, source.Tracks[0]));

        // While it serves, and with all of that in its memory. What it holds for certain is found, or the rest would say nothing.
        Assert.Equal([true, true, true], relay.Holds([Encoding.ASCII.GetBytes(Planted), Encoding.ASCII.GetBytes(token), ciphertext[1000..1016]]));
        Assert.True(keys.Count >= source.Tracks.Count);
        Assert.All(relay.Holds([.. keys.SelectMany(Forms)]), Assert.False);

        // Nor can it get one.
        using var api = server.As(token);
        var refused = await api.PostAsJsonAsync("/v1/licences", new { kids = new[] { await broadcast.KeyIdAsync(source.Tracks[0]) }, type = "temporary" });
        Assert.Equal((HttpStatusCode.Forbidden, "role-missing"), (refused.StatusCode, (await refused.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>()));

        (await acme.Api.DeleteAsync($"{relays}/{grant}")).EnsureSuccessStatusCode();
        Assert.NotNull(await link.UntilClosedAsync());
        var (exit, error) = await relay.EndedAsync();
        Assert.Equal(3, exit);
        Assert.Contains("the relay's grant was withdrawn", error, StringComparison.Ordinal);
        Assert.Single(error.Trim().Split('\n'));
        await peer.HearAsync("revoked");
        await peer.HearAsync("gone");
    }

    [Fact]
    public async Task A_relay_of_all_broadcasts_takes_in_what_goes_live()
    {
        await using var server = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        using var source = await CmafSource.MakeAsync(4);
        using var op = server.As(server.OperatorToken);
        var (_, token) = await GrantAsync(op, "/v1/relays");
        using var relay = await RelayProcess.StartAsync(
            new Dictionary<string, string> { ["LIVELEDGER_RELAY_TOKEN"] = token, ["LIVELEDGER_HOME"] = Home() }, "--server", server.BaseUrl.AbsoluteUri, "--all");
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        foreach (var broadcast in (RunningBroadcast[])[await acme.GoLiveAsync(), await acme.GoLiveAsync()])
        {
            await broadcast.PublishAsync(source, 0, 1);
            var path = $"/live/{broadcast.Id}/{source.Tracks[0]}/0.m4s";
            await Patience.UntilAsync(() => relay.Http.GetAsync(path).Result.IsSuccessStatusCode, "it is carried");
            Assert.Equal(await server.Http.GetByteArrayAsync(path), await relay.Http.GetByteArrayAsync(path));
        }

        await Patience.UntilAsync(() => relay.Status["joined"]!.GetValue<int>() == 2, "the relay is at both trackers");
        Assert.Equal(0, await relay.StopAsync());
    }

    private static string Home() => Directory.CreateTempSubdirectory("liveledger-home-").FullName;

    private static async Task<(string Id, string Token)> GrantAsync(HttpClient api, string path)
    {
        var answer = await api.PostAsJsonAsync(path, new { name = "edge", origin = Origin });
        var granted = (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonObject>())!;
        return (granted["relay"]!["id"]!.GetValue<string>(), granted["token"]!.GetValue<string>());
    }

    private static async Task<TestPeer> LinkAsync(RelayProcess relay, Peer peer)
    {
        var platform = (await peer.Server.Http.GetFromJsonAsync<JsonObject>("/v1/admissions"))!;
        var set = (await peer.Server.Http.GetFromJsonAsync<JsonObject>("/.well-known/jwks.json"))!;
        var keys = set["keys"]!.AsArray().Select(static k => Jwk.TryParse(Encoding.UTF8.GetBytes(k!.ToJsonString()), out var key) ? key : throw new InvalidDataException("no key"));
        var verifier = new AdmissionVerifier(platform["issuer"]!.GetValue<string>(), [.. keys]);
        Assert.Equal(AdmissionRefusal.None, verifier.Verify(peer.Admission, peer.Broadcast, DateTimeOffset.UtcNow, out var admission));
        var link = await TestPeer.LinkAsync(relay.Http.BaseAddress!, peer.Broadcast, verifier, new LinkSelf(peer.Key, peer.Admission, admission!), DateTimeOffset.UtcNow, Origin);
        Assert.True(link.Handshake!.IsUp);
        return link;
    }

    private static async Task<List<byte[]>> KeysAsync(Viewer viewer, IEnumerable<string> tracks)
    {
        var keys = new List<byte[]>();
        foreach (var track in tracks)
        {
            var licence = await (await viewer.AskAsync(await viewer.Broadcast.KeyIdAsync(track))).Content.ReadFromJsonAsync<JsonObject>();
            keys.AddRange(licence!["keys"]!.AsArray().Select(static k => Base64Url.DecodeFromChars(k!["k"]!.GetValue<string>())));
        }

        return keys;
    }

    private static IEnumerable<byte[]> Forms(byte[] key) =>
        [key, .. ((string[])[Base64Url.EncodeToString(key), Convert.ToHexString(key), Convert.ToHexStringLower(key)]).SelectMany(static text => (byte[][])[Encoding.ASCII.GetBytes(text), Encoding.Unicode.GetBytes(text)])];
}
