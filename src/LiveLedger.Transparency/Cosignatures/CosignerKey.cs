using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Transparency.Cosignatures;

/// <summary>
/// A witness's key (tlog-cosignature, type 0x04). It is not a <see cref="VerifierKey"/>: the two sign different messages, and neither text form is
/// taken for the other. The signed message does not name the cosigner, so a key is used under one name only.
/// </summary>
public sealed record CosignerKey
{
    private CosignerKey(string name, Ed25519PublicKey key, uint keyId) => (Name, Key, KeyId) = (name, key, keyId);

    /// <summary>The cosigner's name, which the signature line repeats.</summary>
    public string Name { get; }

    /// <summary>The public key.</summary>
    public Ed25519PublicKey Key { get; }

    /// <summary>A hint, not a proof, of which key signed: the first four bytes of SHA-256(name ‖ 0x0A ‖ 0x04 ‖ key), big-endian.</summary>
    public uint KeyId { get; }

    /// <summary>Names a key.</summary>
    /// <exception cref="ArgumentException">The name is empty, too long, or has spaces or a plus.</exception>
    public static CosignerKey Of(string name, Ed25519PublicKey key) => KeyName.IsValid(name)
        ? new(name, key, Vkey.IdOf(name, Vkey.Cosigner, key))
        : throw new ArgumentException("a key name has no spaces and no plus", nameof(name));

    /// <summary>Takes a vkey from outside; false too if its key id is not that of its name and key, or the key is of another type.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out CosignerKey? key)
    {
        key = Vkey.TryParse(text, Vkey.Cosigner, out var name, out var point, out var id) ? new(name, point, id) : null;
        return key is not null;
    }

    /// <summary>The vkey.</summary>
    public override string ToString() => Vkey.Format(Name, Vkey.Cosigner, Key);
}
