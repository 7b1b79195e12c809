using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Media.Records;

/// <summary>The text form of a broadcaster's identity key: base64url without padding, 43 characters.</summary>
public static class IdentityText
{
    /// <summary>Length in characters.</summary>
    public const int Length = 43;

    /// <summary>The text form.</summary>
    public static string Format(in Ed25519PublicKey identity)
    {
        Span<byte> bytes = stackalloc byte[Ed25519PublicKey.Length];
        identity.Value.CopyTo(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Takes text from outside; false unless it is the one form of a valid key.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Ed25519PublicKey identity)
    {
        identity = default;
        Span<byte> bytes = stackalloc byte[Ed25519PublicKey.Length];
        // Not TryDecodeFromChars: that one throws on characters outside the alphabet.
        if (text is not { Length: Length }
            || Base64Url.DecodeFromChars(text, bytes, out _, out var written) != OperationStatus.Done || written != bytes.Length)
        {
            return false;
        }

        // 43 characters hold two bits more than the key. They must be zero, or one identity would have four names.
        if (!Ed25519PublicKey.TryParse(bytes, out var key) || Format(key) != text)
        {
            return false;
        }

        identity = key;
        return true;
    }
}
