using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Transparency.Notes;

/// <summary>A named key that notes are verified with (signed-note). Its text form, the vkey, is <c>name+hex8(key id)+base64(type ‖ key)</c>.</summary>
public sealed record VerifierKey
{
    // The one type a log's own key has here (signed-note: 0x01, Ed25519 over the note's text). Witness keys are 0x04 and have another message.
    private const byte TypeEd25519 = 0x01;
    private const int MaxTextLength = 512;

    private VerifierKey(string name, Ed25519PublicKey key, uint keyId) => (Name, Key, KeyId) = (name, key, keyId);

    /// <summary>The name; a log's is its origin.</summary>
    public string Name { get; }

    /// <summary>The public key.</summary>
    public Ed25519PublicKey Key { get; }

    /// <summary>A hint, not a proof, of which key signed: the first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key), big-endian.</summary>
    public uint KeyId { get; }

    /// <summary>Names a key.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long, or has spaces or a plus.</exception>
    public static VerifierKey Of(string name, Ed25519PublicKey key) => KeyName.IsValid(name)
        ? new(name, key, IdOf(name, TypedKey(key)))
        : throw new ArgumentException("a key name has no spaces and no plus", nameof(name));

    /// <summary>Takes a vkey from outside; false too if its key id is not that of its name and key, or the key is of another type.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out VerifierKey? key)
    {
        key = null;
        var first = text.IndexOf('+');
        if (text.Length > MaxTextLength || first < 0 || text.Length < first + 10 || text[first + 9] != '+')
        {
            return false;
        }

        var name = text[..first];
        var hex = text.Slice(first + 1, 8);
        var encoded = text[(first + 10)..];
        if (!KeyName.IsValid(name) || hex.ContainsAnyExcept("0123456789abcdef")
            || !StrictBase64.TryDecode(encoded, out var typed)
            || typed.Length != 1 + Ed25519PublicKey.Length || typed[0] != TypeEd25519
            || !Ed25519PublicKey.TryParse(typed.AsSpan(1), out var point))
        {
            return false;
        }

        var id = IdOf(name.ToString(), typed);
        if (id != uint.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))
        {
            return false;
        }

        key = new(name.ToString(), point, id);
        return true;
    }

    /// <summary>The vkey.</summary>
    public override string ToString() => $"{Name}+{KeyId:x8}+{StrictBase64.Encode(TypedKey(Key))}";

    private static byte[] TypedKey(Ed25519PublicKey key) => [TypeEd25519, .. key.Value.ToArray()];

    private static uint IdOf(string name, byte[] typedKey)
        => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), 0x0a, .. typedKey]));
}
