using System.CommandLine;
using LiveLedger.Chain;
using LiveLedger.Cli.Audit;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Chain;

/// <summary>`chain verify`: an outsider's check that a log is anchored, against a block that the outsider believes in.</summary>
internal static class VerifyCommand
{
    internal static Command Build()
    {
        var server = ChainCommand.Server("the server whose log is to extend what was anchored, and which has the receipt");
        var receipt = new Option<string?>("--receipt") { Description = "file with the receipt, in the place of the server's" };
        var size = new Option<string?>("--size") { Description = "which of the server's receipts; else that of the largest checkpoint" };
        var node = new Option<string?>("--node") { Description = "a node that you believe: its block of that height must be the receipt's" };
        var block = new Option<string?>("--block-hash") { Description = "hash of the block, 0x…, as you know it from elsewhere; then no node is asked" };
        var contract = new Option<string?>("--contract") { Description = "the contract that you know to keep checkpoints; else its code must be the published CheckpointAnchor's" };
        var submitter = new Option<string?>("--submitter") { Description = "who must have anchored it; else anybody may have" };
        var json = ChainCommand.Json();
        var command = new Command("verify", "Checks that a checkpoint is anchored, and that the log has only grown since: exit 0 good, 1 false, 3 could not tell.")
        {
            server, receipt, size, node, block, contract, submitter, json,
        };
        var trust = new TrustOptions().AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(server) is null && result.GetValue(receipt) is null)
            {
                result.AddError("of what? --server URL, --receipt FILE, or both");
            }

            if (result.GetValue(node) is null && result.GetValue(block) is null)
            {
                result.AddError("against which block? --node URL, of a node that you believe, or --block-hash 0x…");
            }

            if (result.GetValue(receipt) is not null && result.GetValue(size) is not null)
            {
                result.AddError("--size chooses among the server's receipts");
            }
        });
        command.SetAction((parsed, cancellation) => ChainCommand.AnswerAsync(parsed.GetValue(json), async () =>
        {
            using var http = LogReader.Http();
            return await new AnchorAudit(http)
            {
                Server = parsed.GetValue(server),
                ReceiptFile = parsed.GetValue(receipt),
                Size = parsed.GetValue(size) is { } text ? TreeSize.TryParse(text, out var asked) ? asked : throw new CommandFailure("--size is a number", ExitCode.Usage) : null,
                Node = parsed.GetValue(node) is { } url ? NamedNodes.Parse(url, "--node") : null,
                Block = parsed.GetValue(block) is { } hex ? BlockHash.TryParse(hex, out var hash) ? hash : throw new CommandFailure("--block-hash is 0x and 64 hexadecimal characters", ExitCode.Usage) : null,
                Contract = parsed.GetValue(contract) is { } at ? ChainCommand.AddressOf(at, "--contract") : null,
                Submitter = parsed.GetValue(submitter) is { } by ? ChainCommand.AddressOf(by, "--submitter") : null,
                Trust = trust.Read(parsed),
            }.RunAsync(cancellation);
        }));
        return command;
    }
}
