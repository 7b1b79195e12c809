using System.Text;
using LiveLedger.Chain;
using LiveLedger.Chain.Blocks;
using LiveLedger.Chain.Proofs;
using LiveLedger.ChainNodes;
using NodeAddress = LiveLedger.ChainNodes.NodeAddress;
using LiveLedger.Cli.Audit;
using LiveLedger.Cli.Files;
using LiveLedger.Cli.Rest;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Cli.Chain;

/// <summary>
/// Checks a receipt against a block that the verifier believes in, by pure code (docs/formats/anchor-receipt.md); then that the log's signed checkpoint extends what
/// was anchored, from the log's tiles. Of the server nothing is believed.
/// </summary>
internal sealed class AnchorAudit(HttpClient http)
{
    private const int MaxList = 256 * 1024;

    // The last second that a DateTimeOffset can hold.
    private const ulong LastSecond = 253_402_300_799;

    internal Uri? Server { get; init; }

    internal string? ReceiptFile { get; init; }

    internal TreeSize? Size { get; init; }

    internal NodeAddress? Node { get; init; }

    internal BlockHash? Block { get; init; }

    internal Address? Contract { get; init; }

    internal Address? Submitter { get; init; }

    internal required Trust Trust { get; init; }

    /// <summary>Does it.</summary>
    /// <exception cref="VerifiedFalse">Something does not hold.</exception>
    /// <exception cref="ChainException">The node does not answer.</exception>
    internal async Task<AuditVerdict> RunAsync(CancellationToken cancellation)
    {
        var receipt = await ReceiptAsync(cancellation);
        if (!BlockHeader.TryParse(receipt.Header.Span, out var header))
        {
            throw new VerifiedFalse("the receipt's header is none");
        }

        var (trusted, details) = await TrustedAsync(receipt, header, cancellation);
        RequireValid(receipt, receipt.Verify(trusted), trusted);
        details.Add($"contract {receipt.Contract.ToChecksumText()}, {(Contract is null ? "which is the published CheckpointAnchor" : "as named")}; submitter {receipt.Submitter.ToChecksumText()}");
        var facts = new Dictionary<string, object?>
        {
            ["chainId"] = receipt.Chain.Value,
            ["block"] = header.Number.Value,
            ["blockHash"] = header.Hash.ToString(),
            ["contract"] = receipt.Contract.ToChecksumText(),
            ["submitter"] = receipt.Submitter.ToChecksumText(),
            ["origin"] = receipt.Origin.ToString(),
            ["size"] = receipt.Head.Size.Value,
            ["root"] = receipt.Head.Root.ToString(),
        };
        if (Server is null)
        {
            details.Add("compared with no log: --server URL names one");
        }
        else
        {
            var log = await ExtendsAsync(receipt, Server, cancellation);
            details.Add($"the log {log.Key.Name} extends it: size {log.Head.Size}, root {Short(log.Head.Root)} signed now");
            details.AddRange(log.Speakers);
            (facts["logSize"], facts["logRoot"], facts["key"]) = (log.Head.Size.Value, log.Head.Root.ToString(), log.Key.ToString());
        }

        return new(true, $"checkpoint of size {receipt.Head.Size} is anchored: chain {receipt.Chain}, block {header.Number}, root {Short(receipt.Head.Root)}", details, facts);
    }

    private async Task<AnchorReceipt> ReceiptAsync(CancellationToken cancellation)
    {
        var file = ReceiptFile is { } path ? BoundedFile.Read(path, AnchorReceiptJson.MaxLength) : await FetchAsync(Server!, cancellation);
        return AnchorReceiptJson.TryParse(file, out var receipt) ? receipt : throw new VerifiedFalse("the receipt is none: it has not the one form of receipts");
    }

    private async Task<byte[]> FetchAsync(Uri server, CancellationToken cancellation)
    {
        var list = Size is { } asked ? $"/v1/chain/anchors?most={asked}" : "/v1/chain/anchors";
        var anchors = await Download.TryGetAsync(http, new(server, list), MaxList, cancellation) is { } body
            ? ServerApi.Read<AnchorList>(Encoding.UTF8.GetString(body))
            : throw new CommandFailure($"the server at {server} has no chain");
        var found = anchors.Items.FirstOrDefault(a => a.Receipt && (Size is null || a.Size == Size.Value.Value));
        return found is null
            ? throw new CommandFailure(anchors.Items.Count == 0 ? "the server says that nothing is anchored" : "the server has no receipt of it, or not yet; one is taken when the anchor's block is deep enough")
            : await Download.GetAsync(http, new(server, $"/v1/chain/anchors/{found.Size}/receipt"), AnchorReceiptJson.MaxLength, cancellation);
    }

    // The one thing that comes from elsewhere: which block of that height is the chain's.
    private async Task<(BlockHash Block, List<string> Details)> TrustedAsync(AnchorReceipt receipt, BlockHeader header, CancellationToken cancellation)
    {
        var time = header.Timestamp <= LastSecond ? $"{DateTimeOffset.FromUnixTimeSeconds((long)header.Timestamp):yyyy-MM-ddTHH:mm:ssZ}" : $"{header.Timestamp} s";
        if (Node is null)
        {
            return (Block!.Value, [$"block {Block} of {time}, believed as given"]);
        }

        var chain = await NamedNodes.ChainOfAsync([Node], cancellation);
        if (chain != receipt.Chain)
        {
            throw new VerifiedFalse($"the receipt is of chain {receipt.Chain}, the node {Node} of chain {chain}");
        }

        using var node = NamedNodes.Open(chain, [Node]);
        var found = await node.HeaderAsync(BlockReference.At(header.Number), cancellation)
            ?? throw new CommandFailure($"the node {Node} has no block {header.Number}, or not yet");
        var head = await node.BlockNumberAsync(cancellation);
        if (Block is { } given && given != found.Hash)
        {
            throw new VerifiedFalse($"block {header.Number} is {found.Hash} by the node {Node}, not {given}");
        }

        var deep = head.Value < header.Number.Value ? 1 : head.Value - header.Number.Value + 1;
        return (found.Hash, [$"block {found.Hash} of {time}, {deep} deep, says the node {Node}"]);
    }

    private void RequireValid(AnchorReceipt receipt, AnchorReceiptVerdict verdict, BlockHash trusted)
    {
        if (verdict.Result != AnchorReceiptResult.Valid)
        {
            throw new VerifiedFalse(verdict.Result switch
            {
                AnchorReceiptResult.HeaderDiffers => $"the receipt's block {verdict.Header!.Number} is {verdict.Header.Hash}, the chain's is {trusted}",
                AnchorReceiptResult.AccountNotProven => "the receipt's proof does not lead from the block to the contract",
                AnchorReceiptResult.AccountAbsent => "the chain has no such contract",
                AnchorReceiptResult.SlotNotProven => "the receipt's proof does not lead from the contract to the checkpoint",
                AnchorReceiptResult.NothingAnchored => $"the chain has no checkpoint of size {receipt.Head.Size} of this log by {receipt.Submitter.ToChecksumText()}",
                AnchorReceiptResult.RootDiffers => $"the chain has another root at size {receipt.Head.Size}",
                var other => $"the receipt does not hold: {other}",
            });
        }

        // At another address another program may keep anything in that slot.
        if (Contract is { } named ? receipt.Contract != named : !PublishedContract.Anchor.IsCodeHash(verdict.Account!.CodeHash))
        {
            throw new VerifiedFalse(Contract is null
                ? $"the contract {receipt.Contract.ToChecksumText()} is not the published CheckpointAnchor; --contract names another that you know"
                : $"the receipt is of the contract {receipt.Contract.ToChecksumText()}");
        }

        if (Submitter is { } meant && receipt.Submitter != meant)
        {
            throw new VerifiedFalse($"{receipt.Submitter.ToChecksumText()} has anchored it, not {meant.ToChecksumText()}");
        }
    }

    private async Task<SignedLog> ExtendsAsync(AnchorReceipt receipt, Uri server, CancellationToken cancellation)
    {
        var log = await SignedLog.OpenAsync(http, server, Trust, cancellation);
        if (receipt.Origin != Sha256Hash.Of(Encoding.UTF8.GetBytes(log.Key.Name)))
        {
            throw new VerifiedFalse($"what was anchored is of another log than {log.Key.Name}");
        }

        var (old, now) = (receipt.Head, log.Head);
        if (old.Size.CompareTo(now.Size) > 0)
        {
            throw new VerifiedFalse($"the log has shrunk: {now.Size} entries now, {old.Size} were anchored");
        }

        var tiles = await log.Reader.TilesAsync(now.Size, ConsistencyProof.NodesFor(old.Size, now.Size), cancellation);
        var step = ConsistencyProof.Compute(old.Size, now.Size, tiles.Node).Verify(old.Root, now.Root);
        return step == ProofResult.Valid ? log : throw new VerifiedFalse($"the log was rewritten: the tree that was anchored at size {old.Size} is not the beginning of the one signed now ({step})");
    }

    private static string Short(RootHash root) => $"{root.ToString()[..4]}…{root.ToString()[^2..]}";
}
