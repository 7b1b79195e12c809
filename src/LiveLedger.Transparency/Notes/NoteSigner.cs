using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Transparency.Notes;

/// <summary>A named private key that signs notes. It does not own the key: whoever made that disposes it.</summary>
public sealed class NoteSigner(string name, Ed25519PrivateKey key)
{
    /// <summary>What others verify with.</summary>
    public VerifierKey VerifierKey { get; } = VerifierKey.Of(name, key.PublicKey);

    internal NoteSignature Sign(ReadOnlySpan<byte> text)
    {
        var signature = new byte[Ed25519PublicKey.SignatureLength];
        key.Sign(text, signature);
        return new(VerifierKey.Name, VerifierKey.KeyId, signature);
    }
}
