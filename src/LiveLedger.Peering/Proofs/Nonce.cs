using System.Security.Cryptography;
using LiveLedger.Cryptography;

namespace LiveLedger.Peering.Proofs;

/// <summary>Thirty-two random bytes that were never used before: a proof made over them is of now.</summary>
public readonly record struct Nonce(Bytes32 Value)
{
    /// <summary>Length in bytes.</summary>
    public const int Length = Bytes32.Length;

    /// <summary>A new one.</summary>
    public static Nonce New()
    {
        Span<byte> bytes = stackalloc byte[Length];
        RandomNumberGenerator.Fill(bytes);
        return new(new Bytes32(bytes));
    }
}
