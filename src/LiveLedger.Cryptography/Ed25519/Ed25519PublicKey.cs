using LiveLedger.Cryptography.Native;

namespace LiveLedger.Cryptography.Ed25519;

/// <summary>An Ed25519 public key (RFC 8032 §5.1.5): canonical, on the curve, in the main subgroup, not of low order.</summary>
/// <remarks>
/// Verifiers disagree on low-order and non-canonical points; refusing them where a key enters makes libsodium, WebCrypto
/// and @noble/ed25519 (with <c>zip215:false</c>) give the same answer for every signature.
/// </remarks>
public readonly record struct Ed25519PublicKey
{
    /// <summary>Length of a key in bytes.</summary>
    public const int Length = 32;

    /// <summary>Length of a signature in bytes.</summary>
    public const int SignatureLength = 64;

    private Ed25519PublicKey(Bytes32 value) => Value = value;

    /// <summary>The encoded point.</summary>
    public Bytes32 Value { get; }

    /// <summary>Takes 32 bytes from outside; false for a wrong length, a point off the curve, a low-order or a non-canonical point.</summary>
    public static unsafe bool TryParse(ReadOnlySpan<byte> bytes, out Ed25519PublicKey key)
    {
        key = default;
        if (bytes.Length != Length)
        {
            return false;
        }

        fixed (byte* point = bytes)
        {
            // libsodium checks: canonical encoding, not of small order, on the curve, in the main subgroup.
            if (Sodium.crypto_core_ed25519_is_valid_point(point) != 1)
            {
                return false;
            }
        }

        key = new(new Bytes32(bytes));
        return true;
    }

    /// <summary>As <see cref="TryParse(ReadOnlySpan{byte}, out Ed25519PublicKey)"/>; a key that was found sound before is not looked at again, which costs as much as a signature.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, ReadOnlySpan<Ed25519PublicKey> sound, out Ed25519PublicKey key)
    {
        // The zeros of a value that was never set are no key.
        if (bytes.Length == Length && (key = new(new Bytes32(bytes))) != default && sound.Contains(key))
        {
            return true;
        }

        return TryParse(bytes, out key);
    }

    /// <summary>True if <paramref name="signature"/> (64 bytes) is this key's over <paramref name="message"/>.</summary>
    public unsafe bool Verify(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != SignatureLength)
        {
            return false;
        }

        Span<byte> publicKey = stackalloc byte[Length];
        Value.CopyTo(publicKey);
        fixed (byte* key = publicKey, text = message, sig = signature)
        {
            return Sodium.crypto_sign_ed25519_verify_detached(sig, text, (ulong)message.Length, key) == 0;
        }
    }

    /// <inheritdoc cref="Bytes32.ToString"/>
    public override string ToString() => Value.ToString();
}
