using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Cryptography.Cose;

/// <summary>A well-formed COSE_Sign1 message. Being well formed says nothing of its signature: see <see cref="Verify"/>.</summary>
public sealed class CoseSign1Message
{
    private readonly byte[] _bytes;
    private readonly byte[] _header;
    private readonly byte[] _payload;

    internal CoseSign1Message(byte[] bytes, string contentType, CoseKeyThumbprint keyId, byte[] header, byte[] payload)
    {
        _bytes = bytes;
        _header = header;
        _payload = payload;
        ContentType = contentType;
        KeyId = keyId;
    }

    /// <summary>The domain the message was signed for. A reader checks it before it looks at the payload.</summary>
    public string ContentType { get; }

    /// <summary>The key the message claims to be signed by.</summary>
    public CoseKeyThumbprint KeyId { get; }

    /// <summary>The signed content.</summary>
    public ReadOnlyMemory<byte> Payload => _payload;

    /// <summary>The whole tagged message.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes;

    /// <summary>True if the message names <paramref name="key"/> as its signer and the signature is that key's.</summary>
    public bool Verify(in Ed25519PublicKey key) =>
        KeyId == CoseKeyThumbprint.Of(key)
        && key.Verify(CoseSign1.ToBeSigned(_header, _payload), _bytes.AsSpan(^Ed25519PublicKey.SignatureLength..));
}
