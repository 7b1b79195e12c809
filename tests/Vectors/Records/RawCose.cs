using System.Security.Cryptography;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Vectors.Records;

/// <summary>COSE_Sign1 messages put together by hand from RFC 9052 §4.2 and §4.4, with any part replaceable.</summary>
internal sealed record RawCose(string ContentType, byte[] Payload, Ed25519PrivateKey Key)
{
    public byte[]? Protected { get; init; }

    public byte[] Unprotected { get; init; } = RawCbor.Map();

    public ulong? Tag { get; init; } = 18;

    public long Algorithm { get; init; } = -8;

    public byte[]? KeyId { get; init; }

    /// <summary>RFC 9679: SHA-256 of <c>{1: 1, -1: 6, -2: x}</c>.</summary>
    public static byte[] Thumbprint(Ed25519PrivateKey key) => SHA256.HashData(RawCbor.Map(
        (RawCbor.Int(1), RawCbor.Int(1)), (RawCbor.Int(-1), RawCbor.Int(6)), (RawCbor.Int(-2), RawCbor.Bytes(key.PublicKey.Value.ToArray()))));

    public byte[] Sign()
    {
        var header = Protected ?? RawCbor.Map(
            (RawCbor.Int(1), RawCbor.Int(Algorithm)),
            (RawCbor.Int(3), RawCbor.Text(ContentType)),
            (RawCbor.Int(4), RawCbor.Bytes(KeyId ?? Thumbprint(Key))));
        var signature = new byte[64];
        Key.Sign(RawCbor.Array(RawCbor.Text("Signature1"), RawCbor.Bytes(header), RawCbor.Bytes([]), RawCbor.Bytes(Payload)), signature);
        var message = RawCbor.Array(RawCbor.Bytes(header), Unprotected, RawCbor.Bytes(Payload), RawCbor.Bytes(signature));
        return Tag is { } tag ? RawCbor.Tag(tag, message) : message;
    }
}
