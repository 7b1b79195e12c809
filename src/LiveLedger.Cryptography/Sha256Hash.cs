using System.Security.Cryptography;

namespace LiveLedger.Cryptography;

/// <summary>A plain SHA-256 of some bytes (not an RFC 6962 leaf or node: those have types of their own).</summary>
public readonly record struct Sha256Hash(Bytes32 Value)
{
    /// <summary>Hashes <paramref name="data"/>.</summary>
    public static Sha256Hash Of(ReadOnlySpan<byte> data)
    {
        Span<byte> hash = stackalloc byte[Bytes32.Length];
        SHA256.HashData(data, hash);
        return new(new Bytes32(hash));
    }

    /// <inheritdoc cref="Bytes32.ToString"/>
    public override string ToString() => Value.ToString();
}
