using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Media;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using Npgsql;

namespace LiveLedger.Benchmarks.Licences;

/// <summary>A server in a process of its own, a live broadcast with 60 s key periods, and viewers with entitlements and tokens.</summary>
internal sealed class LicenceCrowd : IAsyncDisposable
{
    private readonly Broadcaster _acme;
    private readonly string _broadcast;
    private readonly string[] _kids;
    private readonly HttpClient _http;
    private readonly HttpClient _lines;

    private LicenceCrowd(ServerProcess server, Broadcaster acme, string broadcast, string[] kids, string database)
    {
        (Server, _acme, _broadcast, _kids, Database) = (server, acme, broadcast, kids, database);
        _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = 512 }) { BaseAddress = server.BaseUrl, Timeout = TimeSpan.FromSeconds(60) };
        _lines = new() { BaseAddress = server.BaseUrl, Timeout = TimeSpan.FromMinutes(5) };
    }

    public ServerProcess Server { get; }

    public string Database { get; }

    /// <summary>The broadcast's id.</summary>
    public string Broadcast => _broadcast;

    /// <summary>Tokens of viewers who stand under the open offer.</summary>
    public List<string> Free { get; } = [];

    /// <summary>Tokens of viewers whose offer counts playbacks.</summary>
    public List<string> Counted { get; } = [];

    public static async Task<LicenceCrowd> StartAsync(int free, int counted, IReadOnlyDictionary<string, string>? environment = null)
    {
        var cluster = await PostgresCluster.SharedAsync();
        var database = await cluster.CreateDatabaseAsync();
        var server = await ServerProcess.StartAsync(database, environment: environment);
        var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync(keyPeriodSeconds: 60);
        // As far as the last quarter of the first period, so that the next one's keys are asked for too.
        using (var source = await CmafSource.MakeAsync(48))
        {
            await broadcast.PublishAsync(source, 0, source.Segments("0").Count);
        }

        var playlist = await server.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8");
        string[] kids = [playlist.Split("KEYID=0x")[1][..32], playlist.Split("X-KEYIDS=\"")[1][..32]];
        var crowd = new LicenceCrowd(server, acme, broadcast.Id.ToString(), [.. kids.Select(static kid => Base64Url.EncodeToString(Convert.FromHexString(kid)))], database);
        var offer = await acme.Api.PostAsJsonAsync($"/v1/broadcasts/{crowd._broadcast}/offers", new { playbacks = new { max = 2 } });
        var counting = (await offer.Content.ReadFromJsonAsync<JsonObject>())!["id"]!.GetValue<string>();
        await crowd.AdmitAsync(crowd.Free, "free", free, null);
        await crowd.AdmitAsync(crowd.Counted, "counted", counted, counting);
        return crowd;
    }

    /// <summary>A new playback's first licence. Its answer's status.</summary>
    public Task<(HttpStatusCode Status, string? Playback)> OpenAsync(string token) => AskAsync(token, NewName());

    /// <summary>A name for a playback, as a player makes it.</summary>
    public static string NewName() => Base64Url.EncodeToString(Guid.NewGuid().ToByteArray());

    /// <summary>A licence of a playback by the name its player gave it, for this period or the next.</summary>
    public async Task<(HttpStatusCode Status, string? Playback)> AskAsync(string token, string name, bool next = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/licences")
        {
            Content = new StringContent($$"""{"kids":["{{_kids[next ? 1 : 0]}}"],"type":"temporary","playback":"{{name}}"}"""),
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

    /// <summary>Opens the line on which a page hears of its playback's end.</summary>
    public async Task<Stream> HearAsync(string token, string playback)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/playbacks/{playback}/events");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var answer = await _lines.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
    }

    /// <summary>Waits until the log has all events, and every table that follows it all of the log.</summary>
    public async Task UntilFollowedAsync()
    {
        await using var database = NpgsqlDataSource.Create(Database);
        await using var behind = database.CreateCommand(
            "SELECT (SELECT count(*) FROM ledger.pending) + (SELECT h.size - min(p.next) FROM ledger.head h, ledger.projections p WHERE NOT p.inline GROUP BY h.size)");
        for (var waiting = Stopwatch.StartNew(); Convert.ToInt64(await behind.ExecuteScalarAsync(), CultureInfo.InvariantCulture) > 0; await Task.Delay(20))
        {
            if (waiting.Elapsed > TimeSpan.FromMinutes(5))
            {
                throw new TimeoutException("the log's readers do not catch up");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _lines.Dispose();
        _http.Dispose();
        _acme.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>Grants by a file, as a shop does for a whole season. Until the last is in the ledger.</summary>
    public async Task GrantAsync(string name, int count, string? offer = null)
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
    }

    private async Task AdmitAsync(List<string> tokens, string name, int count, string? offer)
    {
        await GrantAsync(name, count, offer);
        var minted = new ConcurrentBag<string>();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, cancel) =>
        {
            var token = await _acme.Api.PostAsJsonAsync($"/v1/broadcasts/{_broadcast}/viewer-tokens", new { viewer = $"{name}-{n}", lifetimeSeconds = 36_000 }, cancel);
            minted.Add((await token.Content.ReadFromJsonAsync<JsonObject>(cancel))!["token"]!.GetValue<string>());
        });
        tokens.AddRange(minted);
    }
}
