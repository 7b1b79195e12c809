using System.CommandLine;
using LiveLedger.Cli;
using LiveLedger.Cli.Audit;
using LiveLedger.Cli.Broadcasts;
using LiveLedger.Cli.Chain;
using LiveLedger.Cli.Demo;
using LiveLedger.Cli.Keys;
using LiveLedger.Cli.Recovery;
using LiveLedger.Cli.Relay;
using LiveLedger.Cli.Serve;
using LiveLedger.Cli.Swarm;

var root = new RootCommand("LiveLedger: live streams that are encrypted, signed, logged and licensed.")
{
    DemoCommand.Build(),
    ServeCommand.Build(),
    BroadcastCommand.Build(),
    TokenCommand.Build(),
    AuditCommand.Build(),
    LedgerCommand.Build(),
    ChainCommand.Build(),
    KeysCommand.Build(),
    RelayCommand.Build(),
    SwarmCommand.Build(),
};

var parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
    {
        Output.Error($"liveledger: {error.Message}");
    }

    Output.Error($"liveledger: `./liveledger{CommandPath(parsed.CommandResult)} --help` says what there is");
    return ExitCode.Usage;
}

try
{
    // The demo has a broadcast to end, a server and a database to stop.
    return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromSeconds(60) });
}
catch (CommandFailure failure)
{
    Output.Error($"liveledger: {failure.Message}");
    return failure.Code;
}
catch (OperationCanceledException)
{
    return ExitCode.CouldNotTell;
}

static string CommandPath(System.CommandLine.Parsing.CommandResult at) =>
    at.Parent is System.CommandLine.Parsing.CommandResult above ? $"{CommandPath(above)} {at.Command.Name}" : "";
