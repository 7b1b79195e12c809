using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Media;

namespace LiveLedger.Relay.Tests;

/// <summary>A real relay in this process, on a port of its own.</summary>
internal sealed class RunningRelay : IAsyncDisposable
{
    private readonly BroadcastId _broadcast;

    private RunningRelay(RelayServer server, BroadcastId broadcast)
    {
        (Server, _broadcast) = (server, broadcast);
        Http = new() { BaseAddress = new(server.Addresses[0]) };
    }

    public RelayServer Server { get; }

    public HttpClient Http { get; }

    public Uri Address => Http.BaseAddress!;

    public static async Task<RunningRelay> StartAsync(Upstream upstream, Func<RelayOptions, RelayOptions>? change = null)
    {
        var options = new RelayOptions
        {
            Server = upstream.Address,
            Broadcasts = [upstream.Broadcast],
            Identity = upstream.Identity.PublicKey,
            Urls = "http://127.0.0.1:0",
        };
        return new(await RelayServer.StartAsync((change ?? (static o => o))(options), TimeProvider.System, default), upstream.Broadcast);
    }

    public string Path(string path) => $"/live/{_broadcast}/{path}";

    public Task<HttpResponseMessage> AskAsync(string path) => Http.GetAsync(Path(path));

    public Task<byte[]> GetAsync(string path) => Http.GetByteArrayAsync(Path(path));

    /// <summary>The status and code of a refusal.</summary>
    public async Task<(HttpStatusCode Status, string Code)> RefusalAsync(string path)
    {
        using var answer = await AskAsync(path);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
    }
}
