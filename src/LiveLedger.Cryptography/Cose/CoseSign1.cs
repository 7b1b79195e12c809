using System.Diagnostics.CodeAnalysis;
using System.Text;
using LiveLedger.Cryptography.Cbor;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Cryptography.Cose;

/// <summary>COSE_Sign1 (RFC 9052 §4.2) in the one profile of docs/formats/segment-record.md: EdDSA, typed, embedded payload.</summary>
public static class CoseSign1
{
    /// <summary>Longest content type in bytes.</summary>
    public const int MaxContentTypeLength = 128;

    /// <summary>Longest payload in bytes.</summary>
    public const int MaxPayloadLength = 16 * 1024;

    internal const ulong Tag = 18;

    private const int MaxProtectedLength = 1 + 2 + 1 + 2 + MaxContentTypeLength + 1 + 2 + Bytes32.Length;

    /// <summary>Signs <paramref name="payload"/> for one content type: the message's domain, which the signature covers.</summary>
    /// <returns>The tagged message.</returns>
    /// <exception cref="ArgumentException">Content type or payload is too long.</exception>
    public static byte[] Sign(string contentType, ReadOnlySpan<byte> payload, Ed25519PrivateKey key)
    {
        ArgumentException.ThrowIfNullOrEmpty(contentType);
        if (Encoding.UTF8.GetByteCount(contentType) > MaxContentTypeLength || payload.Length > MaxPayloadLength)
        {
            throw new ArgumentException("content type or payload is too long");
        }

        Span<byte> headerBuffer = stackalloc byte[MaxProtectedLength];
        var header = new CborWriter(headerBuffer);
        header.WriteMap(3);
        header.WriteInteger(1); // alg (RFC 9052 §3.1)
        header.WriteInteger(-8); // EdDSA (RFC 9053 §2.2)
        header.WriteInteger(3); // content type
        header.WriteText(contentType);
        header.WriteInteger(4); // kid
        header.WriteBytes(CoseKeyThumbprint.Of(key.PublicKey).Value);

        Span<byte> signature = stackalloc byte[Ed25519PublicKey.SignatureLength];
        key.Sign(ToBeSigned(header.Written, payload), signature);

        var message = new byte[2 + CborWriter.SizeOfString(header.Length) + 1 + CborWriter.SizeOfString(payload.Length)
            + CborWriter.SizeOfString(signature.Length)];
        var writer = new CborWriter(message);
        writer.WriteTag(Tag);
        writer.WriteArray(4);
        writer.WriteBytes(header.Written);
        writer.WriteMap(0);
        writer.WriteBytes(payload);
        writer.WriteBytes(signature);
        return message;
    }

    /// <summary>Takes a whole message from outside; false for anything but one deterministic message of the profile.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out CoseSign1Message? message) =>
        TryReadFirst(bytes, out message) && message.Bytes.Length == bytes.Length;

    /// <summary>Takes the message at the start of a CBOR sequence (RFC 8742); what follows it is not looked at.</summary>
    public static bool TryReadFirst(ReadOnlySpan<byte> sequence, [NotNullWhen(true)] out CoseSign1Message? message)
    {
        message = null;
        var reader = new CborReader(sequence);
        if (!reader.TryReadTag(Tag) || !reader.TryReadArray(4)
            || !reader.TryReadBytes(MaxProtectedLength, out var header)
            || !TryReadHeader(header, out var contentType, out var keyId)
            || !reader.TryReadMap(0)
            || !reader.TryReadBytes(MaxPayloadLength, out var payload)
            || !reader.TryReadBytes(Ed25519PublicKey.SignatureLength, out var signature)
            || signature.Length != Ed25519PublicKey.SignatureLength)
        {
            return false;
        }

        message = new(sequence[..reader.Position].ToArray(), contentType, keyId, header.ToArray(), payload.ToArray());
        return true;
    }

    /// <summary>The bytes a signature covers: Sig_structure of RFC 9052 §4.4, without external data.</summary>
    internal static byte[] ToBeSigned(ReadOnlySpan<byte> header, ReadOnlySpan<byte> payload)
    {
        const string context = "Signature1";
        var bytes = new byte[1 + CborWriter.SizeOfString(context.Length) + CborWriter.SizeOfString(header.Length) + 1
            + CborWriter.SizeOfString(payload.Length)];
        var writer = new CborWriter(bytes);
        writer.WriteArray(4);
        writer.WriteText(context);
        writer.WriteBytes(header);
        writer.WriteBytes([]);
        writer.WriteBytes(payload);
        return bytes;
    }

    private static bool TryReadHeader(ReadOnlySpan<byte> header, out string contentType, out CoseKeyThumbprint keyId)
    {
        contentType = "";
        keyId = default;
        var reader = new CborReader(header);
        if (!reader.TryReadMap(3) || !reader.TryReadKey(1) || !reader.TryReadKey(-8)
            || !reader.TryReadKey(3) || !reader.TryReadText(MaxContentTypeLength, out var type) || type.IsEmpty
            || !reader.TryReadKey(4) || !reader.TryReadBytes32(out var kid) || !reader.AtEnd)
        {
            return false;
        }

        contentType = Encoding.UTF8.GetString(type);
        keyId = new(kid);
        return true;
    }
}
