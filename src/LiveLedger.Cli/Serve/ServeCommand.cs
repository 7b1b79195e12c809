using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;
using LiveLedger.Cli.Processes;

namespace LiveLedger.Cli.Serve;

/// <summary>`serve`: the server alone, on this terminal.</summary>
internal static class ServeCommand
{
    internal static Command Build()
    {
        var database = new Option<string?>("--database") { Description = "connection string of a PostgreSQL (15 or newer); without it one is started here (LIVELEDGER_DATABASE)" };
        var data = new Option<string?>("--data") { Description = "folder of keys, segments and the checkpoint store (LIVELEDGER_DATA)" };
        var urls = new Option<string?>("--urls") { Description = "addresses to listen on, e.g. http://0.0.0.0:8080 (LIVELEDGER_URLS)" };
        var port = new Option<int?>("--port") { Description = "port on 127.0.0.1, instead of --urls (8080)" };
        var publicUrl = new Option<string?>("--public-url") { Description = "how viewers reach the server" };
        var command = new Command("serve", "Runs the server alone.") { database, data, urls, port, publicUrl };
        command.Validators.Add(result =>
        {
            if (result.GetValue(urls) is not null && result.GetValue(port) is not null)
            {
                result.AddError("--urls and --port exclude each other");
            }
        });
        // The server has settings of its own beyond these; it names those that it does not know.
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, _) => RunAsync([.. ServerArguments.For(
            parsed.GetValue(data) ?? Environment.GetEnvironmentVariable("LIVELEDGER_DATA") ?? Path.Combine(Home.Directory, "data"),
            parsed.GetValue(urls) ?? (parsed.GetValue(port) is null ? Environment.GetEnvironmentVariable("LIVELEDGER_URLS") : null) ?? $"http://127.0.0.1:{parsed.GetValue(port) ?? 8080}",
            parsed.GetValue(database),
            parsed.GetValue(publicUrl)), .. parsed.UnmatchedTokens]));
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        using var server = Process.Start(new ProcessStartInfo("dotnet", arguments)) ?? throw new CommandFailure("cannot start dotnet");

        // The server ends itself in order, and the database after it; we only pass the wish on, and wait.
        void Forward(PosixSignalContext context)
        {
            context.Cancel = true;
            Signals.Send(server.Id, Signals.Terminate);
        }

        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Forward);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Forward);
        await server.WaitForExitAsync(CancellationToken.None);
        return server.ExitCode;
    }
}
