using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Bundles;
using LiveLedger.Ledger.Http;
using LiveLedger.Ledger.Reading;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Tests.Projections;
using LiveLedger.Transparency.Notes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Ledger.Tests.Auditing;

/// <summary>A web host with a ledger and its audit index. Who calls is said by two headers, in the place of the server's tokens.</summary>
public sealed class AuditedHost : IAsyncLifetime
{
    private WebApplication _app = null!;

    public EventStore Events => _app.Services.GetRequiredService<EventStore>();

    public LedgerDatabase Database => _app.Services.GetRequiredService<LedgerDatabase>();

    public LedgerState State => _app.Services.GetRequiredService<LedgerState>();

    internal BundleMaker Bundles => _app.Services.GetRequiredService<BundleMaker>();

    internal LogReader Log => _app.Services.GetRequiredService<LogReader>();

    /// <summary>The same where trees are anchored.</summary>
    internal BundleMaker BundlesWith(params IReadOnlyList<AnchoredTree> anchored)
    {
        var links = RunningProjection.Links with
        {
            AnchorsFor = (most, count, _) => Task.FromResult<IReadOnlyList<AnchoredTree>>([.. anchored.Where(a => a.Head.Size.CompareTo(most) <= 0).Take(count)]),
        };
        return ActivatorUtilities.CreateInstance<BundleMaker>(_app.Services, links);
    }

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLedger(await TestLedger.NewOptionsAsync()).AddAudit(static _ => RunningProjection.Links);
        _app = builder.Build();
        _app.Use(async (http, next) =>
        {
            http.User = new(new ClaimsIdentity([new("role", http.Request.Headers["Test-Role"].ToString()), new("sub", http.Request.Headers["Test-Account"].ToString())], "test"));
            try
            {
                await next(http);
            }
            catch (RefusedException e) when (!http.Response.HasStarted)
            {
                await e.Refusal.ToResult().ExecuteAsync(http);
            }
        });
        _app.MapLog();
        _app.MapGroup("/v1/ledger").MapAudit();
        await _app.StartAsync();
        Http = new() { BaseAddress = new(_app.Urls.Single()) };
        while (!State.IsOpen)
        {
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>A client in a role.</summary>
    public HttpClient As(string role, string account = "ann")
    {
        var client = new HttpClient { BaseAddress = Http.BaseAddress };
        client.DefaultRequestHeaders.Add("Test-Role", role);
        client.DefaultRequestHeaders.Add("Test-Account", account);
        return client;
    }

    /// <summary>Waits until answers are whole up to this index.</summary>
    public async Task UntilAsync(long upTo)
    {
        using var auditor = As("auditor");
        while (await auditor.GetAsync("/v1/ledger/streams") is not { IsSuccessStatusCode: true } answer
            || (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("upTo").GetInt64() < upTo)
        {
            await Task.Delay(20);
        }
    }

    /// <summary>The outsider's look at the whole log.</summary>
    public async Task<LogAudit.Audited> CheckAsync()
    {
        Assert.True(VerifierKey.TryParse((await Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        return await LogAudit.CheckAsync(Http, key);
    }
}
