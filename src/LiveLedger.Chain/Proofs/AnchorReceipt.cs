using LiveLedger.Chain.Blocks;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Chain.Proofs;

/// <summary>
/// Shows offline that a contract's storage has a checkpoint's root in the state of one block (docs/formats/anchor-receipt.md). Which
/// block that is, and that it belongs to the chain, whoever checks it knows from elsewhere.
/// </summary>
public sealed record AnchorReceipt
{
    /// <summary>Which chain the receipt says it is of; nothing in a header says so.</summary>
    public required ChainId Chain { get; init; }

    /// <summary>The contract CheckpointAnchor.</summary>
    public required Address Contract { get; init; }

    /// <summary>Who anchored.</summary>
    public required Address Submitter { get; init; }

    /// <summary>SHA-256 of the log's name.</summary>
    public required Sha256Hash Origin { get; init; }

    /// <summary>What was anchored.</summary>
    public required TreeHead Head { get; init; }

    /// <summary>RLP of the header of the block whose state shows it.</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>Nodes from the header's state root to the contract's account.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> AccountProof { get; init; }

    /// <summary>Nodes from the account's storage root to the slot of this size.</summary>
    public required IReadOnlyList<ReadOnlyMemory<byte>> StorageProof { get; init; }

    /// <summary>Checks all of it under one header.</summary>
    /// <param name="trusted">Hash of a header that the caller believes to be of the chain.</param>
    public AnchorReceiptVerdict Verify(BlockHash trusted)
    {
        if (!BlockHeader.TryParse(Header.Span, out var header))
        {
            return new(AnchorReceiptResult.HeaderMalformed);
        }

        if (header.Hash != trusted)
        {
            return new(AnchorReceiptResult.HeaderDiffers) { Header = header };
        }

        var found = StateProof.VerifyAccount(header.StateRoot, Contract, AccountProof, out var account);
        if (found != TrieResult.Present || account is null)
        {
            return new(found == TrieResult.Absent ? AnchorReceiptResult.AccountAbsent : AnchorReceiptResult.AccountNotProven) { Header = header, Trie = found };
        }

        found = StateProof.VerifySlot(account.StorageRoot, AnchorSlot.Of(Submitter, Origin, Head.Size), StorageProof, out var root);
        var result = found switch
        {
            TrieResult.Present when root == Head.Root.Value => AnchorReceiptResult.Valid,
            TrieResult.Present => AnchorReceiptResult.RootDiffers,
            TrieResult.Absent => AnchorReceiptResult.NothingAnchored,
            _ => AnchorReceiptResult.SlotNotProven,
        };
        return new(result) { Header = header, Account = account, Trie = found };
    }
}
