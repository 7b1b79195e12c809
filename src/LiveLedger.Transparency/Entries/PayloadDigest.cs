using System.Security.Cryptography;
using LiveLedger.Cryptography;

namespace LiveLedger.Transparency.Entries;

/// <summary>SHA-256(salt ‖ payload): what the log knows of an event's payload. Without the salt a short payload cannot be guessed from it.</summary>
public readonly record struct PayloadDigest(Bytes32 Value)
{
    /// <summary>Length of a salt in bytes. Fixed, so that no byte can move between salt and payload.</summary>
    public const int SaltLength = 16;

    /// <summary>The digest of the stored bytes.</summary>
    public static PayloadDigest Of(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> payload)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(salt.Length, SaltLength);
        using var state = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        state.AppendData(salt);
        state.AppendData(payload);
        Span<byte> hash = stackalloc byte[Bytes32.Length];
        state.GetHashAndReset(hash);
        return new(new Bytes32(hash));
    }

    /// <inheritdoc cref="Bytes32.ToString"/>
    public override string ToString() => Value.ToString();
}
