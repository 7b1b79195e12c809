using System.Text.Json;
using LiveLedger.Harness;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Http;
using LiveLedger.LedgerNode;
using LiveLedger.Transparency.Policies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

// One process of a log that several share: the ledger as the server takes it in, and nothing else. It is killed, frozen and lied to about the
// time by fault tests, and kills itself at a step that they name.
var settings = JsonSerializer.Deserialize<NodeSettings>(args[0])!;
var fault = settings.FailAt is { } step ? new PlannedFault(Enum.Parse<LedgerStep>(step), settings.FailFirst, settings.FailTimes, settings.FailDead) : null;
using var key = LiveLedger.Cryptography.Ed25519.Ed25519PrivateKey.FromSeed(Convert.FromHexString(settings.LogKey));
var clock = new SteppedClock();

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders().AddSimpleConsole(static o => o.ColorBehavior = LoggerColorBehavior.Disabled)
    .SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
builder.WebHost.UseUrls(settings.Url);
builder.Services.AddSingleton<TimeProvider>(clock);
builder.Services.AddLedger(new()
{
    ConnectionString = settings.Database,
    Origin = settings.Origin,
    LogKey = key,
    CheckpointFile = settings.CheckpointFile,
    JournalFolder = settings.JournalFolder,
    Witnesses = settings.WitnessPolicy is { } text && TrustPolicy.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var policy, out _) ? policy : null,
    Reached = reached => fault?.Reached(reached),
});

await using var app = builder.Build();
app.Use(async (http, next) =>
{
    try
    {
        await next(http);
    }
    catch (Exception e) when (e is LedgerUnavailableException or IOException)
    {
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
    }
});
app.MapLog();
app.MapGet("/state", (LedgerState state) => new NodeState(state.IsOpen, state.IsLeader, state.Halted, fault?.Count ?? 0));
app.MapPost("/clock", (double seconds) => clock.Step(TimeSpan.FromSeconds(seconds)));
app.MapPost("/append", async (AppendOrder order, EventStore events, CancellationToken aborted) =>
{
    NewEvent[] made = [.. order.Ids.Select(id => new NewEvent(id, "test-happened", 1, JsonSerializer.SerializeToUtf8Bytes(new { order.Stream, id }), "system"))];
    var result = await events.AppendAndSequenceAsync(new(order.Stream), ExpectedVersion.Any, made, cancel: aborted);
    return new AppendReceipt(result.Version, [.. result.Indexes.Select(i => i.Value)]);
});
await app.RunAsync();
