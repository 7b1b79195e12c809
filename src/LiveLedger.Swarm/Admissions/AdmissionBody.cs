using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Peering.Proofs;

namespace LiveLedger.Swarm.Admissions;

/// <summary>What a peer sends to be admitted.</summary>
/// <param name="Key">Its public key, 32 bytes of base64url.</param>
/// <param name="Time">Unix milliseconds, by the platform's clock as far as it knows it.</param>
/// <param name="Nonce">32 bytes of base64url, new.</param>
/// <param name="Proof">Its signature, 64 bytes of base64url (docs/formats/peer-proofs.md).</param>
/// <param name="Playback">A viewer's open playback.</param>
/// <param name="Broadcast">Where a relay wants to be; a viewer's token says it.</param>
/// <param name="Private">True to be introduced to relays alone.</param>
internal sealed record AdmissionBody(string? Key, long? Time, string? Nonce, string? Proof, string? Playback = null, string? Broadcast = null, bool? Private = null);

/// <summary>A proof that a key is the asker's, read but not yet believed.</summary>
/// <param name="Key">The key.</param>
/// <param name="At">When it was made.</param>
/// <param name="Nonce">What makes it new.</param>
/// <param name="Signature">64 bytes.</param>
internal sealed record Possession(Ed25519PublicKey Key, DateTimeOffset At, Nonce Nonce, byte[] Signature)
{
    private const long LastMillisecond = 253_402_300_799_999;

    private static readonly Refusal s_malformed = new(400, "admission-request-invalid", "An admission is asked for with key, time, nonce and proof; see docs/formats/api.md.");
    private static readonly Refusal s_key = new(400, "key-unsound", "The key is no sound Ed25519 point: make a new one.");

    /// <summary>Reads it.</summary>
    /// <exception cref="RefusedException">It cannot be read.</exception>
    public static Possession Read([NotNull] AdmissionBody? body)
    {
        if (body is null || !TryDecode(body.Key, 32, out var point) || !TryDecode(body.Nonce, Peering.Proofs.Nonce.Length, out var nonce)
            || !TryDecode(body.Proof, Ed25519PublicKey.SignatureLength, out var proof) || body.Time is not (>= 0 and <= LastMillisecond))
        {
            throw new RefusedException(s_malformed);
        }

        // Verifiers differ on low-order keys, so none enters.
        return Ed25519PublicKey.TryParse(point, out var key)
            ? new(key, DateTimeOffset.FromUnixTimeMilliseconds(body.Time.Value), new(new Bytes32(nonce)), proof)
            : throw new RefusedException(s_key);
    }

    /// <summary>True if it is a proof, for this broadcast at this platform.</summary>
    public bool IsProved(string issuer, BroadcastId broadcast) => Key.Verify(PossessionProof.RequestBytes(issuer, broadcast, Key, At, Nonce), Signature);

    private static bool TryDecode(string? text, int length, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        // A bound before the work: base64url of 64 bytes has 86 characters.
        return text is { Length: <= 86 } && StrictBase64Url.TryDecode(text, out bytes) && bytes.Length == length;
    }
}
