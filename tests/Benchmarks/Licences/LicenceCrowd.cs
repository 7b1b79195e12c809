using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Media;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Benchmarks.Licences;

/// <summary>A server in a process of its own, a live broadcast with 60 s key periods, and viewers with entitlements and tokens.</summary>
internal sealed class LicenceCrowd : IAsyncDisposable
{
    private readonly Broadcaster _acme;
    private readonly string _broadcast;
    private readonly string _kid;
    private readonly HttpClient _http;

    private LicenceCrowd(ServerProcess server, Broadcaster acme, string broadcast, string kid, string database)
    {
        (Server, _acme, _broadcast, _kid, Database) = (server, acme, broadcast, kid, database);
        _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 512 }) { BaseAddress = server.BaseUrl, Timeout = TimeSpan.FromSeconds(60) };
    }

    public ServerProcess Server { get; }

    public string Database { get; }

    /// <summary>Tokens of viewers who stand under the open offer.</summary>
    public List<string> Free { get; } = [];

    /// <summary>Tokens of viewers whose offer counts playbacks.</summary>
    public List<string> Counted { get; } = [];

    public static async Task<LicenceCrowd> StartAsync(int free, int counted)
    {
        var cluster = await PostgresCluster.SharedAsync();
        var database = await cluster.CreateDatabaseAsync();
        var server = await ServerProcess.StartAsync(database);
        var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync(keyPeriodSeconds: 60);
        using (var source = await CmafSource.MakeAsync(4))
        {
            await broadcast.PublishAsync(source, 0, 1);
        }

        var playlist = await server.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8");
        var kid = Base64Url.EncodeToString(Convert.FromHexString(playlist.Split("KEYID=0x")[1][..32]));
        var crowd = new LicenceCrowd(server, acme, broadcast.Id.ToString(), kid, database);
        var offer = await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{crowd._broadcast}/offers", new { playbacks = new { max = 2 } });
        var counting = (await offer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>();
        await crowd.AdmitAsync(crowd.Free, "free", free, null);
        await crowd.AdmitAsync(crowd.Counted, "counted", counted, counting);
        return crowd;
    }

    /// <summary>A new playback's first licence. Its answer's status.</summary>
    public Task<(HttpStatusCode Status, string? Playback)> OpenAsync(string token) => AskAsync(token, Base64Url.EncodeToString(Guid.NewGuid().ToByteArray()));

    /// <summary>A licence of a playback by the name its player gave it.</summary>
    public async Task<(HttpStatusCode Status, string? Playback)> AskAsync(string token, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/licences")
        {
            Content = new StringContent($$"""{"kids":["{{_kid}}"],"type":"temporary","playback":"{{name}}"}"""),
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _http.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        return (answer.StatusCode, answer.Headers.TryGetValues("Playback-Id", out var values) ? values.Single() : null);
    }

    /// <summary>A playback's sign of life.</summary>
    public async Task<HttpStatusCode> BeatAsync(string token, string playback)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/playbacks/{playback}/heartbeat");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var answer = await _http.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        return answer.StatusCode;
    }

    /// <summary>Waits until what was spooled is in the ledger.</summary>
    public async Task UntilDeliveredAsync()
    {
        var spool = Path.Combine(Server.Data, "licensing", "spool");
        for (var waiting = Stopwatch.StartNew(); Directory.EnumerateFiles(spool, "*.spool").Any(); await Task.Delay(20))
        {
            if (waiting.Elapsed > TimeSpan.FromMinutes(5))
            {
                throw new TimeoutException("the spool is not delivered");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _acme.Dispose();
        await Server.DisposeAsync();
    }

    private async Task AdmitAsync(List<string> tokens, string name, int count, string? offer)
    {
        var file = string.Join('\n', Enumerable.Range(0, count).Select(n => $$"""{"viewer":"{{name}}-{{n}}"{{(offer is null ? "" : $",\"offer\":\"{offer}\"")}}}"""));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/broadcasts/{_broadcast}/entitlements/bulk")
        {
            Content = new StringContent(file, System.Text.Encoding.UTF8, "application/x-ndjson"),
            Headers = { { "Idempotency-Key", name } },
        };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _acme.Token);
        using var shop = new HttpClient { BaseAddress = Server.BaseUrl, Timeout = TimeSpan.FromMinutes(20) };
        using var answer = await shop.SendAsync(request);
        var last = (await answer.Content.ReadAsStringAsync()).TrimEnd().Split('\n')[^1];
        if (JsonNode.Parse(last)!["granted"]?.GetValue<int>() != count)
        {
            throw new InvalidOperationException($"not all were granted: {last}");
        }

        var minted = new ConcurrentBag<string>();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, cancel) =>
        {
            var token = await _acme.Api.PostAsJsonAsync($"/v1/broadcasts/{_broadcast}/viewer-tokens", new { viewer = $"{name}-{n}", lifetimeSeconds = 36_000 }, cancel);
            minted.Add((await token.Content.ReadFromJsonAsync<JsonObject>(cancel))!["token"]!.GetValue<string>());
        });
        tokens.AddRange(minted);
    }
}
