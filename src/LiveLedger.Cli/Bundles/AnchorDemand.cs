using System.CommandLine;
using LiveLedger.Chain;

namespace LiveLedger.Cli.Bundles;

/// <summary>What an auditor asks of a bundle's anchors.</summary>
/// <param name="Blocks">Hashes of blocks that the auditor believes to be of the chain; with one, a receipt must hold against it.</param>
/// <param name="Required">A bundle without anchors is refused.</param>
internal sealed record AnchorDemand(IReadOnlyList<BlockHash> Blocks, bool Required)
{
    /// <summary>Nothing: what is there must hold in itself.</summary>
    internal static AnchorDemand None { get; } = new([], false);
}

/// <summary>The options by which an auditor says so.</summary>
internal sealed class AnchorOptions
{
    private readonly Option<string[]> _blocks = new("--anchor-block") { Description = "hash of a block that you believe to be of the chain (0x…): a receipt must hold against it; may be given again" };

    private readonly Option<bool> _required = new("--require-anchor") { Description = "a bundle without an anchored checkpoint is refused" };

    internal AnchorOptions AddTo(Command command)
    {
        command.Options.Add(_blocks);
        command.Options.Add(_required);
        return this;
    }

    internal AnchorDemand Read(ParseResult parsed)
    {
        var blocks = new List<BlockHash>();
        foreach (var text in parsed.GetValue(_blocks) ?? [])
        {
            blocks.Add(BlockHash.TryParse(text, out var hash) ? hash : throw new CommandFailure("--anchor-block is a block's hash: 0x and 64 hexadecimal characters", ExitCode.Usage));
        }

        return new(blocks, parsed.GetValue(_required));
    }
}
