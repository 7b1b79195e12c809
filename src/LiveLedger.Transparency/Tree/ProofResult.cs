namespace LiveLedger.Transparency.Tree;

/// <summary>What checking a Merkle proof came to.</summary>
public enum ProofResult
{
    /// <summary>Never given; so that no forgotten assignment reads as a valid proof.</summary>
    Unknown = 0,

    /// <summary>The proof holds.</summary>
    Valid,

    /// <summary>The leaf's index is not below the tree's size.</summary>
    IndexOutsideTree,

    /// <summary>The old tree is larger than the new one.</summary>
    SizesReversed,

    /// <summary>The old tree is empty. Every tree extends it, so the answer says nothing about the new one: ask for no proof then.</summary>
    NothingProven,

    /// <summary>Too few or too many hashes for these sizes.</summary>
    WrongLength,

    /// <summary>The leaf and the hashes do not give the root; or, between trees, not the new one.</summary>
    RootMismatch,

    /// <summary>The hashes do not give the old tree's root.</summary>
    OldRootMismatch,
}
