using LiveLedger.Anchoring.Following;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;
using LiveLedger.Chain.Blocks;
using LiveLedger.Chain.Proofs;
using LiveLedger.ChainNodes;
using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Transparency.Tree;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Anchors;

/// <summary>
/// Takes receipts of our anchored checkpoints while the node can still give them: most nodes forget a state after some minutes. A receipt is against the newest
/// block that is deep enough, and is checked here as an auditor will before it is logged.
/// </summary>
internal sealed partial class ReceiptTaker(ChainNode node, EventStore ledger, ChainView view, ReceiptBook book, AnchorDesk anchors, ChainSettings settings, ILogger<ReceiptTaker> logger)
{
    // What came before these has its proof in that these extend it.
    private const int Latest = 4;

    private ulong _tooLate;

    /// <summary>Takes those that are missing among the latest.</summary>
    /// <exception cref="ChainException">The node does not answer, or not sensibly; do it again.</exception>
    /// <exception cref="LedgerUnavailableException">The database is away; do it again.</exception>
    public async Task TakeMissingAsync(FollowProgress progress, CancellationToken cancel)
    {
        var anchored = await view.AnchorsAsync(settings.Account, anchors.Origin, ulong.MaxValue, Latest, cancel);
        var kept = (await book.ListAsync(ulong.MaxValue, Latest, cancel)).ToDictionary(static k => k.Size);
        foreach (var anchor in anchored.Where(a => !kept.ContainsKey(a.Size) && a.Block <= progress.Followed && a.Size > _tooLate))
        {
            await TakeAsync(anchor, new(progress.Target), cancel);
        }
    }

    private async Task TakeAsync(SeenAnchor anchor, BlockNumber block, CancellationToken cancel)
    {
        var head = new TreeHead(new(anchor.Size), new(Word(anchor.Root)));
        if (await node.HeaderAsync(BlockReference.At(block), cancel) is not { } header)
        {
            return;
        }

        var contract = settings.Deployment.Anchor;
        var proof = await node.ProofAsync(contract, [AnchorSlot.Of(settings.Account, anchors.Origin, head.Size)], BlockReference.At(block), cancel);
        if (!BlockHeaderJson.TryRead(header.Raw, out var fields) || !fields.TryWriteRlp(out var rlp))
        {
            // A chain whose headers have fields of their own: anchored all the same, but nothing that can be checked offline.
            HeaderUnknown(anchor.Size);
            _tooLate = anchor.Size;
            return;
        }

        var receipt = new AnchorReceipt
        {
            Chain = settings.Deployment.Chain,
            Contract = contract,
            Submitter = settings.Account,
            Origin = anchors.Origin,
            Head = head,
            Header = rlp,
            AccountProof = [.. proof.Nodes.Select(static n => (ReadOnlyMemory<byte>)n)],
            StorageProof = [.. proof.Storage[0].Nodes.Select(static n => (ReadOnlyMemory<byte>)n)],
        };
        if (receipt.Verify(header.Hash) is { Result: not AnchorReceiptResult.Valid } bad)
        {
            // The block was replaced in between, or the node says what is not so.
            throw ChainException.OfAnswer($"the node's proof that size {anchor.Size} is anchored does not hold: {bad.Result}");
        }

        if (AnchorReceiptJson.TryWrite(receipt, out var file))
        {
            await ledger.AppendAsync(
                ReceiptTables.StreamOf(settings.Deployment), ExpectedVersion.Any,
                [ReceiptTables.Proven(settings.Deployment, new(anchor.Size, anchor.Root, block.Value, header.Hash.ToString(), System.Text.Encoding.UTF8.GetString(file)))], cancel);
            Taken(anchor.Size, block.Value);
        }
    }

    private static Bytes32 Word(string hex)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        return HexText.TryRead(hex, bytes) ? new(bytes) : throw new InvalidDataException("an anchor has no root");
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "the receipt of the anchored checkpoint of size {Size} was taken at block {Block}")]
    private partial void Taken(ulong size, ulong block);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the chain's block headers have a form of their own: there is no receipt of the anchored checkpoint of size {Size}")]
    private partial void HeaderUnknown(ulong size);
}
