using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Transparency.Notes;

/// <summary>The text form of a named key, <c>name+hex8(key id)+base64(type ‖ key)</c> (signed-note). The type says what is signed, so each has a C# type of its own.</summary>
internal static class Vkey
{
    // signed-note: Ed25519 over the note's text, a log's own signature.
    internal const byte Signer = 0x01;

    // tlog-cosignature: Ed25519 over a time and the note's text, a witness's.
    internal const byte Cosigner = 0x04;

    private const int MaxTextLength = 512;

    internal static bool TryParse(
        ReadOnlySpan<char> text, byte type, [NotNullWhen(true)] out string? name, out Ed25519PublicKey key, out uint id)
    {
        (name, key, id) = (null, default, 0);
        var first = text.IndexOf('+');
        if (text.Length > MaxTextLength || first < 0 || text.Length < first + 10 || text[first + 9] != '+')
        {
            return false;
        }

        var hex = text.Slice(first + 1, 8);
        if (!KeyName.IsValid(text[..first]) || hex.ContainsAnyExcept("0123456789abcdef")
            || !StrictBase64.TryDecode(text[(first + 10)..], out var typed)
            || typed.Length != 1 + Ed25519PublicKey.Length || typed[0] != type
            || !Ed25519PublicKey.TryParse(typed.AsSpan(1), out key))
        {
            return false;
        }

        var named = text[..first].ToString();
        id = IdOf(named, type, key);
        if (id != uint.Parse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))
        {
            return false;
        }

        name = named;
        return true;
    }

    internal static string Format(string name, byte type, Ed25519PublicKey key) => $"{name}+{IdOf(name, type, key):x8}+{StrictBase64.Encode(Typed(type, key))}";

    internal static uint IdOf(string name, byte type, Ed25519PublicKey key)
        => BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData([.. Encoding.UTF8.GetBytes(name), 0x0a, .. Typed(type, key)]));

    private static byte[] Typed(byte type, Ed25519PublicKey key) => [type, .. key.Value.ToArray()];
}
