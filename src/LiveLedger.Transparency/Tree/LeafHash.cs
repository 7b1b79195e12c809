using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;

namespace LiveLedger.Transparency.Tree;

/// <summary>SHA-256(0x00 ‖ entry), RFC 6962 §2.1.</summary>
public readonly record struct LeafHash(Bytes32 Value)
{
    /// <summary>The leaf of an entry's bytes.</summary>
    public static LeafHash Of(ReadOnlySpan<byte> entry) => new(MerkleHash.Leaf(entry));

    /// <inheritdoc cref="Bytes32.ToString"/>
    public override string ToString() => Value.ToString();
}
