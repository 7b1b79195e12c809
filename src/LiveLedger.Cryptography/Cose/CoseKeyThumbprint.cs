using LiveLedger.Cryptography.Cbor;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Cryptography.Cose;

/// <summary>Names a public key: the COSE Key Thumbprint (RFC 9679) with SHA-256.</summary>
public readonly record struct CoseKeyThumbprint(Bytes32 Value)
{
    /// <summary>The thumbprint of an Ed25519 key: SHA-256 of <c>{1: 1 (OKP), -1: 6 (Ed25519), -2: x}</c>.</summary>
    public static CoseKeyThumbprint Of(in Ed25519PublicKey key)
    {
        Span<byte> buffer = stackalloc byte[7 + 1 + Ed25519PublicKey.Length];
        var cose = new CborWriter(buffer);
        cose.WriteMap(3);
        cose.WriteInteger(1);
        cose.WriteInteger(1);
        cose.WriteInteger(-1);
        cose.WriteInteger(6);
        cose.WriteInteger(-2);
        cose.WriteBytes(key.Value);
        return new(Sha256Hash.Of(cose.Written).Value);
    }

    /// <inheritdoc cref="Bytes32.ToString"/>
    public override string ToString() => Value.ToString();
}
