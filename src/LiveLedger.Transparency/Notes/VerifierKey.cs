using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Cosignatures;

namespace LiveLedger.Transparency.Notes;

/// <summary>
/// A named key that notes are verified with (signed-note, type 0x01). Its text form, the vkey, is <c>name+hex8(key id)+base64(type ‖ key)</c>.
/// A witness's key signs another message and is a <see cref="CosignerKey"/>.
/// </summary>
public sealed record VerifierKey
{
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
        ? new(name, key, Vkey.IdOf(name, Vkey.Signer, key))
        : throw new ArgumentException("a key name has no spaces and no plus", nameof(name));

    /// <summary>Takes a vkey from outside; false too if its key id is not that of its name and key, or the key is of another type.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out VerifierKey? key)
    {
        key = Vkey.TryParse(text, Vkey.Signer, out var name, out var point, out var id) ? new(name, point, id) : null;
        return key is not null;
    }

    /// <summary>The vkey.</summary>
    public override string ToString() => Vkey.Format(Name, Vkey.Signer, Key);
}
