using System.Collections.Concurrent;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Media;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Relay.Tests;

/// <summary>An origin with a broadcast of one track, really signed, that counts what it is asked and can lie.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    public const int Segments = 5;

    private readonly WebApplication _app;
    private readonly SampleSigner _signer;
    private readonly ConcurrentDictionary<string, int> _asked = new();

    private Upstream()
    {
        _signer = new(Broadcast, DateTimeOffset.UtcNow.AddHours(-1));
        Files["signer"] = _signer.Certificate();
        Files["v/init.mp4"] = SampleSigner.Init.ToArray();
        for (var n = 0; n < Segments; n++)
        {
            Add($"v/{n}", new Random(n).Next(60_000, 200_000));
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public BroadcastId Broadcast { get; } = BroadcastId.New(TimeProvider.System);

    public Ed25519PrivateKey Identity => _signer.Identity;

    public Uri Address => new(_app.Urls.First());

    /// <summary>What it serves, by path below the broadcast.</summary>
    public ConcurrentDictionary<string, byte[]> Files { get; } = new();

    /// <summary>What it makes of a file for a request, given its path and whether caches were to be passed.</summary>
    public Func<string, bool, byte[], byte[]> Alter { get; set; } = static (_, _, bytes) => bytes;

    /// <summary>Each answer waits for it.</summary>
    public Func<string, Task> Gate { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Everything is answered with it, if it is not 0.</summary>
    public int Status { get; set; }

    /// <summary>How often a path was asked for.</summary>
    public int Asked(string path) => _asked.GetValueOrDefault(path);

    public int AskedInAll => _asked.Values.Sum();

    public static async Task<Upstream> StartAsync()
    {
        var upstream = new Upstream();
        await upstream._app.StartAsync();
        return upstream;
    }

    /// <summary>The next segment of the track, and its record.</summary>
    public void Add(string path, int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        Files[path + ".m4s"] = bytes;
        Files[path + ".record"] = _signer.SignNext("v", ChunkTree.Of(bytes)).Bytes.ToArray();
    }

    /// <summary>Signs the next record of the track, changed as one likes.</summary>
    public void Add(string path, byte[] bytes, Func<Media.Records.SegmentRecord, Media.Records.SegmentRecord> change)
    {
        var tree = ChunkTree.Of(bytes);
        Files[path + ".m4s"] = bytes;
        Files[path + ".record"] = _signer.Sign(change(_signer.Fields("v", uint.Parse(Path.GetFileName(path)), tree)), tree).Bytes.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _signer.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var prefix = $"/live/{Broadcast}/";
        path = path.StartsWith(prefix, StringComparison.Ordinal) ? path[prefix.Length..] : path;
        _asked.AddOrUpdate(path, 1, static (_, n) => n + 1);
        await Gate(path);
        if (Status != 0 || !Files.TryGetValue(path, out var bytes))
        {
            context.Response.StatusCode = Status != 0 ? Status : 404;
            return;
        }

        bytes = Alter(path, context.Request.Headers.CacheControl.ToString().Contains("no-cache", StringComparison.Ordinal), bytes);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes);
    }
}
