using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Peering.Receipts;

/// <summary>
/// A key as bytes state it. Nobody has looked whether it is a sound point, which costs as much as a signature: who checks signatures brings the key that an admission vouches for.
/// </summary>
public readonly record struct PeerKey(Bytes32 Value)
{
    /// <summary>Of a sound key.</summary>
    public static PeerKey Of(Ed25519PublicKey key) => new(key.Value);

    /// <summary>True if it is that key.</summary>
    public bool Is(Ed25519PublicKey key) => key.Value == Value;

    /// <inheritdoc cref="Bytes32.ToString"/>
    public override string ToString() => Value.ToString();
}
