using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;

namespace LiveLedger.Transparency.Tree;

/// <summary>The Merkle tree hash of all leaves, RFC 6962 §2.1.</summary>
public readonly record struct RootHash(Bytes32 Value)
{
    /// <summary>Root of the tree without leaves.</summary>
    public static RootHash Empty { get; } = new(MerkleHash.Empty);

    /// <inheritdoc cref="Bytes32.ToString"/>
    public override string ToString() => Value.ToString();
}
