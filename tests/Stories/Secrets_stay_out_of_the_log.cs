using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>A whole run with every log line there is, good requests and bad ones, and no secret in any of them.</summary>
public sealed class Secrets_stay_out_of_the_log(OneServer one)
{
    private const string ViewerName = "ann.secret.viewer@example.com";

    [Fact]
    public async Task No_planted_secret_is_in_any_line_at_the_finest_level()
    {
        var kek = RandomNumberGenerator.GetBytes(32);
        var cluster = await PostgresCluster.SharedAsync();
        await using var server = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync(), environment: new Dictionary<string, string>
        {
            ["LIVELEDGER_KEK"] = Base64Url.EncodeToString(kek),
            ["Logging__LogLevel__Default"] = "Trace",
            ["Logging__LogLevel__Microsoft"] = "Trace",
        });
        var secrets = new Dictionary<string, byte[]>
        {
            ["key-encryption key"] = kek,
            ["operator token"] = Encoding.ASCII.GetBytes(server.OperatorToken),
            ["viewer's name"] = Encoding.ASCII.GetBytes(ViewerName),
        };

        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        secrets["broadcaster's token"] = Encoding.ASCII.GetBytes(acme.Token);
        var broadcast = await acme.GoLiveAsync();
        secrets["ingest key"] = Encoding.ASCII.GetBytes(broadcast.IngestKey);
        AddSeeds(secrets, server, kek, broadcast);
        await broadcast.PublishAsync(one.Source, 0, 2);
        await WatchAsync(broadcast, secrets);
        await MisbehaveAsync(server, acme, broadcast);
        await broadcast.WaitLoggedAsync();
        await broadcast.EndAsync();
        await server.StopAsync();

        // The run was seen at its finest, or the rest says nothing.
        var lines = server.Log.ToArray();
        Assert.Contains(lines, static l => l.StartsWith("trce:", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains(broadcast.Id.ToString(), StringComparison.Ordinal));
        Assert.Contains(lines, static l => l.Contains("/v1/licences", StringComparison.Ordinal));
        Assert.InRange(secrets.Count, 10, 100);
        foreach (var (name, secret) in secrets)
        {
            foreach (var form in Forms(secret))
            {
                Assert.False(Array.Find(lines, l => l.Contains(form, StringComparison.OrdinalIgnoreCase)) is { } line, $"the {name} is in a log line");
            }
        }
    }

    private static async Task WatchAsync(RunningBroadcast broadcast, Dictionary<string, byte[]> secrets)
    {
        var viewer = await Viewer.ComeAsync(broadcast, ViewerName);
        secrets["viewer's token"] = Encoding.ASCII.GetBytes(viewer.Token);
        var kids = new[] { await broadcast.KeyIdAsync("0"), await broadcast.KeyIdAsync("2") };
        Assert.False((await viewer.AskAsync(kids)).IsSuccessStatusCode);
        var entitlement = await viewer.EntitleAsync();
        var licence = (await (await viewer.AskAsync(kids)).Content.ReadFromJsonAsync<JsonObject>())!;
        foreach (var key in licence["keys"]!.AsArray())
        {
            secrets[$"content key {key!["kid"]}"] = Base64Url.DecodeFromChars(key["k"]!.GetValue<string>());
        }

        (await viewer.AskAsync(kids)).EnsureSuccessStatusCode();
        await ShareAsync(broadcast, viewer, secrets);
        (await broadcast.Owner.Api.DeleteAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{entitlement}")).EnsureSuccessStatusCode();
        Assert.False((await viewer.AskAsync(kids)).IsSuccessStatusCode);
    }

    /// <summary>A peer and a relay are admitted and join; then one shows an admission that it has no key of.</summary>
    private static async Task ShareAsync(RunningBroadcast broadcast, Viewer viewer, Dictionary<string, byte[]> secrets)
    {
        var granted = await Peers_are_admitted.GrantAsync(broadcast.Owner.Api, $"/v1/broadcasts/{broadcast.Id}/relays");
        using var peer = await Peer.OfViewerAsync(viewer, "0");
        using var relay = Peer.OfRelay(broadcast.Owner.Server, broadcast.Id, granted["token"]!.GetValue<string>());
        secrets["relay's token"] = Encoding.ASCII.GetBytes(relay.Token);
        foreach (var one in (Peer[])[peer, relay])
        {
            await one.BeAdmittedAsync();
            secrets[$"admission of the {(one == peer ? "viewer" : "relay")}"] = Encoding.ASCII.GetBytes(one.Admission);
            await one.JoinAsync(tracks: "0");
        }

        using var thief = Peer.Beside(peer);
        await thief.BeAdmittedAsync();
        Assert.Equal("not-proved", (await thief.JoinAsync(peer.Admission, tracks: "0"))["code"]!.GetValue<string>());
    }

    /// <summary>Refusals and errors log more than successes do.</summary>
    private static async Task MisbehaveAsync(ServerProcess server, Broadcaster acme, RunningBroadcast broadcast)
    {
        var entitlements = $"/v1/broadcasts/{broadcast.Id}/entitlements";
        await acme.Api.PostAsync(entitlements, Json($$"""{"viewer":"{{ViewerName}}","""));
        await acme.Api.PostAsync(entitlements, Json($$"""{"viewer":["{{ViewerName}}"]}"""));
        await acme.Api.PostAsync(entitlements, Json($$"""{"viewer":"{{ViewerName}}","viewer":"{{ViewerName}}"}"""));
        await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/viewer-tokens", new { viewer = ViewerName, lifetimeSeconds = -1 });
        foreach (var token in (string[])[acme.Token + "x", acme.Token[..^4] + "AAAA", server.OperatorToken[1..], $"{acme.Token} {acme.Token}"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/broadcasts");
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
            Assert.False((await server.Http.SendAsync(request)).IsSuccessStatusCode);
        }

        foreach (var path in (string[])["0/nothing.txt", "9/1.m4s", "0/1.m4s", "0/init.mp4"])
        {
            await broadcast.PushAsync(path, [0, 0, 0, 8]);
            using var basic = new HttpRequestMessage(HttpMethod.Post, $"/ingest/{broadcast.Id}/{path}") { Content = new ByteArrayContent([1, 2, 3]) };
            basic.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes($"x:{broadcast.IngestKey}")));
            await server.Http.SendAsync(basic);
        }

        static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");
    }

    /// <summary>The seeds and masters as they rest, opened with the key-encryption key.</summary>
    private static void AddSeeds(Dictionary<string, byte[]> secrets, ServerProcess server, byte[] key, RunningBroadcast broadcast)
    {
        using var kek = KeyEncryptionKey.FromBytes(key);
        var keys = Path.Combine(server.Data, "keys");
        foreach (var (file, context) in ((string, string)[])[
            ("api.key", "server/api"), ("log.key", "server/log"), ("swarm.key", "server/swarm"), ("subjects/index.key", "subjects/index"),
            ($"broadcasts/{broadcast.Id}.master", $"broadcast/{broadcast.Id}/master")])
        {
            var secret = new byte[32];
            WrappedSecretFile.Read(Path.Combine(keys, file), context, kek, secret);
            secrets[file] = secret;
        }

        var session = Assert.Single(Directory.GetFiles(Path.Combine(keys, "broadcasts")), static f => !f.EndsWith(".master", StringComparison.Ordinal));
        var seed = new byte[32];
        Assert.True(kek.TryUnwrap(File.ReadAllBytes(session), SessionContext(broadcast), seed), "the session seed opens");
        secrets["session seed"] = seed;
    }

    private static string SessionContext(RunningBroadcast broadcast) => $"broadcast/{broadcast.Id}/session";

    private static IEnumerable<string> Forms(byte[] secret)
    {
        if (secret.All(static b => b is > 32 and < 127))
        {
            yield return Encoding.ASCII.GetString(secret);
        }

        yield return Convert.ToHexString(secret);
        yield return Convert.ToBase64String(secret).TrimEnd('=');
        yield return Base64Url.EncodeToString(secret);
        yield return string.Join('-', secret.Select(static b => b.ToString("x2")));
        yield return string.Join(", ", secret);
    }
}
