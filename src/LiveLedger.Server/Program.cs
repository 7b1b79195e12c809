using LiveLedger.Server;
using LiveLedger.Server.Authentication;
using LiveLedger.Server.Errors;
using LiveLedger.Server.Health;
using LiveLedger.Server.Keys;
using LiveLedger.Server.Pages;
using LiveLedger.Server.Settings;

return await CommandLine.RunAsync(args, ServeAsync);

static async Task ServeAsync(ServerSettings settings)
{
    var player = PlayerPages.Find(settings);
    Hosting.RequireFreePorts(settings);
    using var data = DataFolder.Open(settings.Data, settings.Join);
    using var keys = ServerKeys.Load(data);
    // Declared before the application, hence stopped after it: requests and the sequencer end first.
    await using var database = await ServerDatabase.StartAsync(settings, data);

    var builder = Hosting.CreateBuilder(settings);
    var issuer = new TokenIssuer(keys.Tokens, settings.Issuer ?? settings.PublicUrl, TimeProvider.System);
    builder.AddTokens(issuer, settings);
    builder.Services.DropDataProtection();
    builder.Services.AddStages(settings, data, keys, database.ConnectionString);
    builder.Services.AddSingleton<Readiness>();
    builder.Services.AddHostedService(s => new KeyWatch(keys, data, s.GetRequiredService<ILogger<KeyWatch>>()));
    builder.Services.AddHostedService(s => new EmbeddedDatabaseKeeper(database, s.GetRequiredService<ILogger<EmbeddedDatabaseKeeper>>()));

    await using var app = builder.Build();
    app.UseProblems();
    app.UsePlayerFiles(player);
    // A socket whose other end is gone says nothing: asked now and then, and given up when it does not answer.
    app.UseWebSockets(new() { KeepAliveInterval = TimeSpan.FromSeconds(20), KeepAliveTimeout = TimeSpan.FromSeconds(20) });
    app.UseRouting();
    app.UseCors();
    app.UseAuthentication();
    app.UseAuthorization();

    app.MapOpenApi();
    app.MapHealth();
    app.MapTokens();
    app.MapPlayer(player);
    app.MapStages();

    await app.Services.PrepareStagesAsync();
    OperatorToken.Ensure(data, issuer, TimeProvider.System, app.Logger);
    using var metrics = Metrics.Start(settings);
    await app.ListenAsync();
    await app.WaitForShutdownAsync();
}
