using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Http;
using LiveLedger.Ledger.Reading;
using LiveLedger.Transparency.Notes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Interop.Log;

/// <summary>A log with more than 65,536 entries, so that its tiles go up to the third level, served over HTTP; and a liar in between who can be told what to alter.</summary>
public sealed class PublishedLog : IAsyncLifetime
{
    public const int Size = 66_013;
    private const int Batch = 1000;

    private WebApplication _app = null!;

    /// <summary>Where it is.</summary>
    internal Uri Address => new(_app.Urls.Single());

    /// <summary>The key that signs it.</summary>
    internal VerifierKey Key => _app.Services.GetRequiredService<LogReader>().VerifierKey;

    /// <summary>Is given each answer's path and body, and gives the body to send.</summary>
    internal Func<string, byte[], byte[]>? Liar { get; set; }

    /// <summary>Makes the log and starts serving it.</summary>
    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLedger(await TestLedger.NewOptionsAsync());
        _app = builder.Build();
        _app.Use(LieAsync);
        _app.MapLog();
        await _app.StartAsync();

        var state = _app.Services.GetRequiredService<LedgerState>();
        await UntilAsync(() => state.IsOpen);
        var events = _app.Services.GetRequiredService<EventStore>();
        for (var first = 0; first < Size; first += Batch)
        {
            NewEvent[] batch = [.. Enumerable.Range(first, Math.Min(Batch, Size - first)).Select(static n =>
                new NewEvent(Guid.CreateVersion7(), "test-happened", 1, System.Text.Encoding.UTF8.GetBytes($$"""{"number":{{n}}}"""), "system"))];
            await events.AppendAsync(new($"test/{first / Batch % 7}"), ExpectedVersion.Any, batch);
        }

        var log = _app.Services.GetRequiredService<LogReader>();
        await UntilAsync(() => log.Head().Size.Value == Size);
    }

    /// <summary>Stops serving.</summary>
    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task LieAsync(HttpContext http, RequestDelegate next)
    {
        if (Liar is not { } liar)
        {
            await next(http);
            return;
        }

        // The truth, without compression, is what can be altered.
        http.Request.Headers.AcceptEncoding = "";
        var wire = http.Response.Body;
        using var truth = new MemoryStream();
        http.Response.Body = truth;
        await next(http);
        http.Response.Body = wire;
        var body = liar(http.Request.Path.Value ?? "", truth.ToArray());
        http.Response.ContentLength = body.Length;
        await wire.WriteAsync(body);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var waited = 0; !condition(); waited++)
        {
            Assert.True(waited < 6000, "the log is published within two minutes");
            await Task.Delay(20);
        }
    }
}
