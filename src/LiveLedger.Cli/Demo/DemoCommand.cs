using System.CommandLine;
using LiveLedger.Cli.Check;
using LiveLedger.Cli.Rest;

namespace LiveLedger.Cli.Demo;

/// <summary>`demo`: the whole path on this machine, with a live source, for a person or (with --check) for a machine to watch.</summary>
internal static class DemoCommand
{
    private const int CheckSeconds = 30;

    internal static Command Build()
    {
        var source = new Option<FileInfo>("--source") { Description = "a video file, looped in real time; default: a generated picture with a clock and a tone" };
        var seconds = new Option<int?>("--seconds") { Description = "ends by itself after so long" };
        var check = new Option<bool>("--check") { Description = "plays it in a headless Chromium, prints one verdict for each claim; exit 0 only if all hold" };
        var port = new Option<int?>("--port") { Description = "port on 127.0.0.1 (8080; with --check any free one)" };
        var scheme = new Option<string>("--scheme") { Description = "cbcs or cenc", DefaultValueFactory = _ => "cbcs" };
        scheme.AcceptOnlyFromAmong("cbcs", "cenc");
        var data = new Option<DirectoryInfo?>("--data") { Description = "folder of the demo's keys, recordings and database" };
        var database = new Option<string?>("--database") { Description = "connection string of a PostgreSQL; without it one is started here" };
        var server = new Option<Uri?>("--server") { Description = "a running server to use instead of starting one; with --token-file", CustomParser = ServerAddress.Parse };
        var token = new Option<FileInfo?>("--token-file") { Description = "the operator's token for --server" };
        var json = new Option<bool>("--json") { Description = "with --check: the verdicts as JSON" };
        source.AcceptExistingOnly();
        seconds.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 10 or > 86400)
            {
                result.AddError("--seconds is between 10 and 86400");
            }
        });
        port.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is < 1 or > 65535)
            {
                result.AddError("--port is between 1 and 65535");
            }
        });

        var command = new Command("demo", "A live stream, protected, signed, logged and licensed, on this machine.")
        {
            source, seconds, check, port, scheme, data, database, server, token, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var checking = parsed.GetValue(check);
            var terms = new DemoTerms
            {
                Source = parsed.GetValue(source)?.FullName,
                Seconds = parsed.GetValue(seconds) ?? (checking ? CheckSeconds : null),
                Port = parsed.GetValue(port) ?? (checking ? DemoServer.FreePort() : 8080),
                Scheme = parsed.GetValue(scheme)!,
                Data = parsed.GetValue(data)?.FullName ?? Path.Combine(Home.Directory, checking ? "demo-check" : "demo"),
                Database = parsed.GetValue(database),
                Server = parsed.GetValue(server) ?? ServerFromEnvironment(),
                TokenFile = parsed.GetValue(token)?.FullName ?? Environment.GetEnvironmentVariable("LIVELEDGER_TOKEN_FILE"),
            };
            return checking
                ? CheckRun.RunAsync(terms, parsed.GetValue(json), cancellation)
                : DemoRun.RunAsync(terms, cancellation);
        });
        return command;
    }

    private static Uri? ServerFromEnvironment() =>
        Environment.GetEnvironmentVariable("LIVELEDGER_SERVER") is { Length: > 0 } text && Uri.TryCreate(text, UriKind.Absolute, out var address) ? address : null;
}
