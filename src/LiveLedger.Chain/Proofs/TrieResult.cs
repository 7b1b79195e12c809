namespace LiveLedger.Chain.Proofs;

/// <summary>What checking a Merkle-Patricia proof came to.</summary>
public enum TrieResult
{
    /// <summary>Never given; so that no forgotten assignment reads as a proof.</summary>
    Unknown = 0,

    /// <summary>The trie has this value at the key.</summary>
    Present,

    /// <summary>Proven too: the trie has nothing at the key.</summary>
    Absent,

    /// <summary>A node does not have the hash that leads to it.</summary>
    NodeDiffers,

    /// <summary>The path goes on, and the proof does not.</summary>
    NodeMissing,

    /// <summary>A node is none, or larger than any that is.</summary>
    NodeMalformed,

    /// <summary>The proof goes on, and the path does not.</summary>
    NodeTooMany,
}
