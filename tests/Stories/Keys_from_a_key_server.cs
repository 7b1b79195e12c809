using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Harness.Speke;

namespace LiveLedger.Stories;

/// <summary>One server's broadcast takes its keys from another, the key server, over SPEKE and real HTTP.</summary>
public sealed class Keys_from_a_key_server(OneServer one)
{
    [Fact]
    public async Task A_broadcast_is_encrypted_and_licensed_by_keys_of_the_key_server_and_goes_on_without_it()
    {
        var cluster = await PostgresCluster.SharedAsync();
        await using var keyServer = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync());
        using var vendor = await Broadcaster.AdmitAsync(keyServer, "vendor");
        var content = await vendor.CreateAsync();
        var headers = Path.GetTempFileName();
        await File.WriteAllTextAsync(headers, $"Authorization: Bearer {vendor.Token}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(headers, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        await using var server = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync(), environment: new Dictionary<string, string>
        {
            ["LIVELEDGER_KEY_SERVER"] = new Uri(keyServer.BaseUrl, "/speke/v2/copyProtection").ToString(),
            ["LIVELEDGER_KEY_SERVER_HEADERS"] = headers,
            ["LIVELEDGER_KEY_SERVER_CONTENT_ID"] = content.Id.ToString(),
            ["Logging__LogLevel__Default"] = "Trace",
        });
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 2);

        // What the key server gives a packager for these ids is what our viewer gets.
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        await viewer.EntitleAsync();
        var (video, audio) = (await broadcast.KeyIdAsync("0"), await broadcast.KeyIdAsync("2"));
        var licensed = await KeysAsync(viewer, video, audio);
        var request = new PackagerRequest { ContentId = content.Id.ToString(), VideoKey = KidOf(video), AudioKey = KidOf(audio), Period = 0 };
        var given = new PackagerAnswer(await (await request.SendAsync(vendor.Api, request.Document.Replace("maxPixels=\"2073600\"", "maxPixels=\"589824\"", StringComparison.Ordinal))).Content.ReadAsStringAsync());
        Assert.Equal(given.Plain(request.VideoKey), licensed[video]);
        Assert.Equal(given.Plain(request.AudioKey), licensed[audio]);

        // Without the key server: nothing new, and everything that is begun goes on, through a restart too.
        await keyServer.StopAsync();
        var refused = await acme.Api.PostAsJsonAsync("/v1/broadcasts", new { title = "Another" });
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "key-server-failed"), (refused.StatusCode, (await refused.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>()));
        await server.StopAsync();
        await server.StartAgainAsync();
        await broadcast.PublishAsync(one.Source, 2, 3, init: false);
        Assert.Equal(licensed[video], (await KeysAsync(viewer, video, audio))[video]);
        // Its files stand still before they are searched: a delivered spool goes away under the reader.
        await server.StopAsync();
        foreach (var key in licensed.Values)
        {
            Assert.DoesNotContain(Directory.EnumerateFiles(server.Data, "*", SearchOption.AllDirectories).Where(static f => Path.GetFileName(f) != "server.lock" && !f.EndsWith(".lock", StringComparison.Ordinal)),
                f => File.ReadAllBytes(f).AsSpan().IndexOf(key) >= 0);
            Assert.DoesNotContain(server.Log, l => l.Contains(Convert.ToBase64String(key).TrimEnd('='), StringComparison.Ordinal) || l.Contains(Convert.ToHexString(key), StringComparison.OrdinalIgnoreCase));
        }

        Assert.DoesNotContain(server.Log, l => l.Contains(vendor.Token, StringComparison.Ordinal));
        File.Delete(headers);
    }

    private static Guid KidOf(string kid) => new(Base64Url.DecodeFromChars(kid), bigEndian: true);

    private static async Task<Dictionary<string, byte[]>> KeysAsync(Viewer viewer, params string[] kids)
    {
        var answer = await viewer.AskAsync(kids);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["keys"]!.AsArray()
            .ToDictionary(k => k!["kid"]!.GetValue<string>(), k => Base64Url.DecodeFromChars(k!["k"]!.GetValue<string>()));
    }
}
