using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Harness.Server;

/// <summary>A shop's own server, which is told by a webhook.</summary>
public sealed class Shop : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Shop(WebApplication app) => _app = app;

    /// <summary>Where it wants to be told.</summary>
    public string Url => $"{_app.Urls.Single()}/hook?shop=1";

    /// <summary>What it was told, whatever it answered.</summary>
    public ConcurrentQueue<Told> Told { get; } = new();

    /// <summary>What it answers: a status.</summary>
    public Func<Task<int>> Answer { get; set; } = static () => Task.FromResult(204);

    /// <summary>Opens one.</summary>
    public static async Task<Shop> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var shop = new Shop(builder.Build());
        shop._app.MapPost("/hook", async (HttpRequest request) =>
        {
            using var body = new StreamReader(request.Body);
            shop.Told.Enqueue(new(request.Headers["webhook-id"]!, request.Headers["webhook-timestamp"]!, request.Headers["webhook-signature"]!, await body.ReadToEndAsync()));
            return Results.StatusCode(await shop.Answer());
        });
        await shop._app.StartAsync();
        return shop;
    }

    /// <summary>Waits until what it was told is as it should be, not for ever.</summary>
    public async Task UntilAsync(Func<IReadOnlyCollection<Told>, bool> ready, int seconds = 20)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(seconds);
        while (!ready(Told))
        {
            if (DateTime.UtcNow > until)
            {
                throw new TimeoutException($"the shop was told {Told.Count} times");
            }

            await Task.Delay(20);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>One request to a shop.</summary>
/// <param name="Id">The header <c>webhook-id</c>.</param>
/// <param name="Timestamp">The header <c>webhook-timestamp</c>.</param>
/// <param name="Signature">The header <c>webhook-signature</c>.</param>
/// <param name="Body">What was told.</param>
public sealed record Told(string Id, string Timestamp, string Signature, string Body)
{
    /// <summary>The same, read.</summary>
    public JsonObject Json => JsonNode.Parse(Body)!.AsObject();
}
