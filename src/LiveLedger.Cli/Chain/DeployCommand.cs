using System.CommandLine;
using LiveLedger.ChainNodes;
using LiveLedger.Cli.Audit;

namespace LiveLedger.Cli.Chain;

/// <summary>`chain deploy`: puts our contracts on a chain and writes the settings file that `serve --chain` reads.</summary>
internal static class DeployCommand
{
    internal static Command Build()
    {
        var nodes = new Option<string[]>("--node") { Description = "a node's address; up to 8, the first that works is asked", Required = true };
        var account = new Option<string>("--account") { Description = "the platform's account, 0x…: it pays for gas, submits and registers. Its key is the node's or the signer's", Required = true };
        var signer = new Option<string?>("--signer") { Description = "address of a signer (Clef, Web3Signer); else the node signs" };
        var confirmations = new Option<int>("--confirmations") { Description = "how deep a block must lie before it is believed, its own being the first", DefaultValueFactory = static _ => 12 };
        var fee = new Option<int>("--max-fee-gwei") { Description = "most that a unit of gas may cost", DefaultValueFactory = static _ => 200 };
        var wait = new Option<int>("--wait") { Description = "most seconds that it may take", DefaultValueFactory = static _ => 1800 };
        var path = new Option<string>("--out") { Description = "the settings file to write", DefaultValueFactory = static _ => "chain.json" };
        var force = new Option<bool>("--force") { Description = "writes over a file that is there" };
        var json = ChainCommand.Json();
        var command = new Command("deploy", "Deploys the three contracts, waits for them, checks the code that stands there, and writes the file for `serve --chain`.")
        {
            nodes, account, signer, confirmations, fee, wait, path, force, json,
        };
        command.SetAction((parsed, cancellation) => ChainCommand.AnswerAsync(parsed.GetValue(json), async () =>
        {
            var settings = new ChainFile
            {
                ChainId = 0,
                Nodes = parsed.GetValue(nodes),
                Signer = parsed.GetValue(signer),
                Account = ChainCommand.AddressOf(parsed.GetValue(account)!, "--account").ToChecksumText(),
                Contracts = null,
                FirstBlock = 0,
                Confirmations = ChainCommand.Bounded(parsed.GetValue(confirmations), 1, 10_000, "--confirmations"),
            };
            var ceiling = (UInt128)ChainCommand.Bounded(parsed.GetValue(fee), 1, 1_000_000, "--max-fee-gwei") * 1_000_000_000;
            var patience = TimeSpan.FromSeconds(ChainCommand.Bounded(parsed.GetValue(wait), 1, 7 * 86_400, "--wait"));
            var file = parsed.GetValue(path)!;
            RequirePlace(file, parsed.GetValue(force));
            return await RunAsync(settings, ceiling, patience, file, parsed.GetValue(force), !parsed.GetValue(json), cancellation);
        }));
        return command;
    }

    // Before any coin is spent.
    private static void RequirePlace(string path, bool replace)
    {
        if (File.Exists(path) && !replace)
        {
            throw new CommandFailure($"{path} is there already; --force writes over it, and then nothing names the contracts in it", ExitCode.Usage);
        }

        if (!Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            throw new CommandFailure($"there is no folder for {path}", ExitCode.Usage);
        }
    }

    private static async Task<AuditVerdict> RunAsync(ChainFile settings, UInt128 ceiling, TimeSpan patience, string path, bool replace, bool showsProgress, CancellationToken cancellation)
    {
        var nodes = NamedNodes.ParseAll(settings.Nodes, "--node");
        var outside = settings.Signer is { } address ? NamedNodes.Parse(address, "--signer") : null;
        var account = ChainCommand.AddressOf(settings.Account!, "--account");
        var chain = await NamedNodes.ChainOfAsync(nodes, cancellation);
        using var node = NamedNodes.Open(chain, nodes);
        using var signing = outside is null ? null : NamedNodes.Open(chain, [outside], asksChain: false);
        var note = DeploymentNote.Open(path, chain, account);
        var deployment = new ContractDeployment(node, signing is null ? null : new TransactionSigner(signing, chain), account, ceiling, settings.Confirmations!.Value, note);
        var made = await ProgressBar.ShowAsync("deploying", showsProgress, progress => deployment.RunAsync(patience, progress, cancellation));
        if (await new ContractCheck(node, account, made.Anchor, made.Ownership, made.Tickets).FaultsAsync(cancellation) is { Count: > 0 } faults)
        {
            return AuditVerdict.False("what stands on the chain is not what was sent", faults);
        }

        var contracts = ContractAddresses.Of(made.Anchor, made.Ownership, made.Tickets);
        (settings with { ChainId = chain.Value, Contracts = contracts, FirstBlock = made.FirstBlock.Value }).Write(path, replace);
        note.Delete();
        return new(
            true, $"the contracts stand on chain {chain} from block {made.FirstBlock} on; {path} is for `serve --chain {path}`",
            [
                $"CheckpointAnchor   {contracts.Anchor}", $"BroadcastOwnership {contracts.Ownership}", $"Tickets            {contracts.Tickets}",
                $"account            {settings.Account}, which needs coin for gas",
                .. deployment.FoundAgain.Select(static c => $"{c} was sent by an earlier run"),
            ],
            new Dictionary<string, object?>
            {
                ["chainId"] = chain.Value,
                ["firstBlock"] = made.FirstBlock.Value,
                ["contracts"] = contracts,
                ["account"] = settings.Account,
                ["file"] = path,
                ["foundAgain"] = deployment.FoundAgain,
            });
    }
}
