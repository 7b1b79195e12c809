using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography.Cbor;
using LiveLedger.Cryptography.Cose;
using LiveLedger.Cryptography.Ed25519;

namespace LiveLedger.Media.Records;

/// <summary>The broadcaster's word that a session key signs for one broadcast, for a time.</summary>
public sealed record SignerCertificate
{
    internal const string ContentType = "application/vnd.liveledger.signer-certificate+cbor";

    private const int Version = 1;

    /// <summary>The broadcast.</summary>
    public required BroadcastId Broadcast { get; init; }

    /// <summary>The key that signs the broadcast's segment records.</summary>
    public required Ed25519PublicKey SessionKey { get; init; }

    /// <summary>First moment a record may be sealed at; carried in whole seconds.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Last moment a record may be sealed at; carried in whole seconds, after <see cref="NotBefore"/>.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>The broadcaster's key, which signs this certificate.</summary>
    public required Ed25519PublicKey Identity { get; init; }

    /// <summary>Signs the certificate with the identity's private key.</summary>
    /// <exception cref="ArgumentException">The key is not the identity's, or the times are out of order.</exception>
    public byte[] Sign(Ed25519PrivateKey identity)
    {
        if (identity.PublicKey != Identity)
        {
            throw new ArgumentException("a certificate is signed by the identity it names", nameof(identity));
        }

        Span<byte> id = stackalloc byte[BroadcastId.Length];
        Span<byte> buffer = stackalloc byte[160];
        var map = new CborWriter(buffer);
        map.WriteMap(6);
        map.WriteInteger(1);
        map.WriteInteger(Version);
        map.WriteInteger(2);
        Broadcast.CopyTo(id);
        map.WriteBytes(id);
        map.WriteInteger(3);
        map.WriteBytes(SessionKey.Value);
        map.WriteInteger(4);
        map.WriteInteger(NotBefore.ToUnixTimeSeconds());
        map.WriteInteger(5);
        map.WriteInteger(NotAfter.ToUnixTimeSeconds());
        map.WriteInteger(6);
        map.WriteBytes(Identity.Value);
        return TryDecode(map.Written, out _)
            ? CoseSign1.Sign(ContentType, map.Written, identity)
            : throw new ArgumentException("a certificate's times are after 1970 and in order");
    }

    /// <summary>Takes a certificate from outside; true only if it is well formed and the identity it names signed it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> cose, [NotNullWhen(true)] out SignedCertificate? certificate)
    {
        certificate = null;
        if (!CoseSign1.TryParse(cose, out var message) || message.ContentType != ContentType
            || !TryDecode(message.Payload.Span, out var content) || !message.Verify(content.Identity))
        {
            return false;
        }

        certificate = new(content, message.Bytes);
        return true;
    }

    private static bool TryDecode(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out SignerCertificate? certificate)
    {
        certificate = null;
        var map = new CborReader(payload);
        if (!map.TryReadMap(6)
            || !map.TryReadKey(1) || !map.TryReadKey(Version)
            || !map.TryReadKey(2) || !map.TryReadBytes(BroadcastId.Length, out var id) || !BroadcastId.TryRead(id, out var broadcast)
            || !map.TryReadKey(3) || !map.TryReadBytes(Ed25519PublicKey.Length, out var session)
            || !Ed25519PublicKey.TryParse(session, out var sessionKey)
            || !map.TryReadKey(4) || !map.TryReadUnsigned(0, UnixTime.MaxSeconds, out var notBefore)
            || !map.TryReadKey(5) || !map.TryReadUnsigned(notBefore + 1, UnixTime.MaxSeconds, out var notAfter)
            || !map.TryReadKey(6) || !map.TryReadBytes(Ed25519PublicKey.Length, out var identity)
            || !Ed25519PublicKey.TryParse(identity, out var identityKey)
            || !map.AtEnd)
        {
            return false;
        }

        certificate = new()
        {
            Broadcast = broadcast,
            SessionKey = sessionKey,
            NotBefore = DateTimeOffset.FromUnixTimeSeconds((long)notBefore),
            NotAfter = DateTimeOffset.FromUnixTimeSeconds((long)notAfter),
            Identity = identityKey,
        };
        return true;
    }
}
