using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Http;
using LiveLedger.Transparency.Notes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Ledger.Tests;

/// <summary>A new log for each test, as it is served to outsiders.</summary>
public abstract class LogOverHttp : IAsyncLifetime
{
    private WebApplication _app = null!;

    protected HttpClient Http { get; private set; } = null!;

    protected LedgerDatabase Database => _app.Services.GetRequiredService<LedgerDatabase>();

    private EventStore Events => _app.Services.GetRequiredService<EventStore>();

    private LedgerState State => _app.Services.GetRequiredService<LedgerState>();

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddLedger(await TestLedger.NewOptionsAsync());
        _app = builder.Build();
        _app.MapLog();
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

    protected async Task<VerifierKey> KeyAsync()
    {
        Assert.True(VerifierKey.TryParse((await Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key));
        return key;
    }

    protected async Task AppendAsync(int count)
    {
        await Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [.. Enumerable.Range(0, count).Select(TestEvents.New)]);
        while ((await Http.GetFromJsonAsync<JsonElement>("/v1/ledger/status")).GetProperty("size").GetInt32() < count)
        {
            await Task.Delay(20);
        }
    }

    protected async Task AssertRefusedAsync(string path, int status, string code)
    {
        var response = await Http.GetAsync(path);
        Assert.Equal((HttpStatusCode)status, response.StatusCode);
        Assert.Equal(code, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString());
    }
}
