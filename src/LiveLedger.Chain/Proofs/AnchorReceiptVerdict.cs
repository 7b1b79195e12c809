using LiveLedger.Chain.Blocks;

namespace LiveLedger.Chain.Proofs;

/// <summary>What checking an anchor receipt came to.</summary>
public enum AnchorReceiptResult
{
    /// <summary>Never given; so that no forgotten assignment reads as a good receipt.</summary>
    Unknown = 0,

    /// <summary>In the state of that block the contract has this root for this size.</summary>
    Valid,

    /// <summary>The header is none.</summary>
    HeaderMalformed,

    /// <summary>The header is another block's than the trusted one.</summary>
    HeaderDiffers,

    /// <summary>The nodes do not lead from the header's state to the contract.</summary>
    AccountNotProven,

    /// <summary>Proven: in that state there is no such contract.</summary>
    AccountAbsent,

    /// <summary>The nodes do not lead from the contract's storage to the slot.</summary>
    SlotNotProven,

    /// <summary>Proven: in that state the submitter has anchored nothing of this size.</summary>
    NothingAnchored,

    /// <summary>Proven: the submitter has anchored another root at this size.</summary>
    RootDiffers,
}

/// <summary>The answer of <see cref="AnchorReceipt.Verify"/>, with its grounds.</summary>
/// <param name="Result">What it came to.</param>
public sealed record AnchorReceiptVerdict(AnchorReceiptResult Result)
{
    /// <summary>The header, if it is one: the block's number and time.</summary>
    public BlockHeader? Header { get; init; }

    /// <summary>The contract's account, if it was proven: its code hash says which program keeps those slots.</summary>
    public AccountState? Account { get; init; }

    /// <summary>Where the last proof that was looked at ended.</summary>
    public TrieResult Trie { get; init; }
}
