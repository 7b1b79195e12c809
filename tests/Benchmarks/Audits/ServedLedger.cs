using System.Security.Claims;
using System.Text.Json;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Benchmarks.Audits;

/// <summary>A ledger with its audit index behind HTTP, as the server has it, to an auditor.</summary>
internal sealed class ServedLedger : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ServedLedger(WebApplication app) => (_app, Http) = (app, new() { BaseAddress = new(app.Urls.Single()) });

    public HttpClient Http { get; }

    public EventStore Events => _app.Services.GetRequiredService<EventStore>();

    /// <summary>Starts one.</summary>
    /// <param name="options">The ledger's.</param>
    /// <param name="alive">Sequences, signs and projects; else it is only read.</param>
    public static async Task<ServedLedger> StartAsync(LedgerOptions options, bool alive)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLedger(options).AddAudit(static _ => new() { BroadcastOf = BroadcastOf, OwnerOf = static (_, _) => new((string?)null) });
        if (!alive)
        {
            foreach (var hosted in builder.Services.Where(static s => s.ServiceType == typeof(Microsoft.Extensions.Hosting.IHostedService) && s.ImplementationType?.Namespace?.StartsWith("LiveLedger", StringComparison.Ordinal) == true).ToArray())
            {
                builder.Services.Remove(hosted);
            }
        }

        var app = builder.Build();
        app.Use(static (http, next) =>
        {
            http.User = new(new ClaimsIdentity([new("role", "auditor")], "bench"));
            return next(http);
        });
        app.MapLog();
        app.MapGroup("/v1/ledger").MapAudit();
        await app.StartAsync();
        var state = app.Services.GetRequiredService<LedgerState>();
        while (alive && !state.IsOpen)
        {
            await Task.Delay(20);
        }

        return new(app);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    // As the server's stages say it: by the stream's name, or by the payload.
    private static string? BroadcastOf(StoredEvent stored)
    {
        var name = stored.Stream.Value.Split('/');
        if (name is ["broadcast", _] or ["segments", _, _])
        {
            return name[1];
        }

        using var payload = JsonDocument.Parse(stored.PayloadJson);
        return payload.RootElement.TryGetProperty("broadcast", out var id) ? id.GetString() : null;
    }
}
