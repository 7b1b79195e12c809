using System.Net;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using LiveLedger.Media;

namespace LiveLedger.Relay.Tests;

/// <summary>A real relay in this process, on a port of its own.</summary>
internal sealed class RunningRelay : IAsyncDisposable
{
    private readonly BroadcastId _broadcast;

    private RunningRelay(RelayServer server, BroadcastId broadcast, X509Certificate2? certificate)
    {
        (Server, _broadcast, Certificate) = (server, broadcast, certificate);
        Http = new(HandlerFor(certificate)) { BaseAddress = new(server.Addresses[0]) };
    }

    public RelayServer Server { get; }

    /// <summary>Of https, without its key.</summary>
    public X509Certificate2? Certificate { get; }

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
        options = (change ?? (static o => o))(options);
        return new(
            await RelayServer.StartAsync(options, TimeProvider.System, default), upstream.Broadcast,
            options.Tls is { } tls ? X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(tls.Certificate)) : null);
    }

    /// <summary>Connections that trust this certificate, where it names the host, and no other; and come from an address.</summary>
    public static SocketsHttpHandler HandlerFor(X509Certificate2? trusted, IPAddress? from = null)
    {
        var handler = new SocketsHttpHandler();
        if (trusted is not null)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, shown, _, errors) =>
                trusted.RawData.AsSpan().SequenceEqual(shown?.GetRawCertData()) && (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None;
        }

        if (from is not null)
        {
            handler.ConnectCallback = async (to, cancellation) =>
            {
                var socket = new Socket(from.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                socket.Bind(new IPEndPoint(from, 0));
                await socket.ConnectAsync(to.DnsEndPoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            };
        }

        return handler;
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
