using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Relay.Tests;

/// <summary>A tracker that takes the first connection and falls silent on it; whoever comes again is let in.</summary>
internal sealed class SilentTracker : IAsyncDisposable
{
    private readonly string _silent;
    private readonly CancellationTokenSource _ending = new();
    private readonly WebApplication _app;
    private int _came;

    private SilentTracker(string silent)
    {
        _silent = silent;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(AnswerAsync);
    }

    public Uri Address => new UriBuilder(_app.Urls.First()) { Scheme = "ws", Path = "/v1/swarm" }.Uri;

    /// <summary>Connections that came.</summary>
    public int Came => Volatile.Read(ref _came);

    /// <param name="silent">Before which word: upgrade, challenge or joined.</param>
    public static async Task<SilentTracker> StartAsync(string silent)
    {
        var tracker = new SilentTracker(silent);
        await tracker._app.StartAsync();
        return tracker;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _ending.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var isFirst = Interlocked.Increment(ref _came) == 1;
        try
        {
            if (isFirst && _silent == "upgrade")
            {
                await Task.Delay(Timeout.Infinite, _ending.Token);
            }

            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            if (!isFirst || _silent != "challenge")
            {
                await SayAsync(socket, $$"""{"type":"challenge","nonce":"{{StrictBase64Url.Encode(RandomNumberGenerator.GetBytes(32))}}"}""");
            }

            // It listens and answers pings all the time: by those it is not known to be silent.
            var room = new byte[16_384];
            while ((await socket.ReceiveAsync(room.AsMemory(), _ending.Token)).MessageType != WebSocketMessageType.Close)
            {
                if (!isFirst)
                {
                    await SayAsync(socket, """{"type":"joined"}""");
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The other has left, or the test is over.
        }
    }

    private Task SayAsync(WebSocket socket, string text) => socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, _ending.Token);
}
