using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Cose;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Media.Chunks;

namespace LiveLedger.Media.Records;

/// <summary>Decides whether a segment is the broadcaster's, by the table in docs/formats/segment-record.md and in its order.</summary>
/// <remarks>
/// A reader with everything in hand calls <see cref="Verify"/>. One that keeps the certificate, or takes chunks one at a
/// time (a relay), calls the steps: <see cref="CheckCertificate"/>, <see cref="CheckRecord"/>, then
/// <see cref="CheckChunk"/> for each chunk or <see cref="CheckSegment"/> for all.
/// </remarks>
public static class SegmentVerification
{
    /// <summary>Runs every check: 1–10 always, 11 and 12 for what the reader holds.</summary>
    /// <param name="slot">The segment asked for.</param>
    /// <param name="pinned">The identity the reader trusts, or null to accept any.</param>
    /// <param name="certificate">Bytes of <c>/live/{broadcast}/signer</c>.</param>
    /// <param name="recordFile">Bytes of the <c>.record</c>.</param>
    /// <param name="segment">Bytes of the segment.</param>
    /// <param name="init">SHA-256 of the init segment in use, or null if the reader has none (a relay).</param>
    /// <param name="previous">Hash of the track's record with sequence−1, or null if the reader does not hold it.</param>
    public static VerificationResult Verify(
        in SegmentSlot slot, Ed25519PublicKey? pinned, ReadOnlySpan<byte> certificate, ReadOnlySpan<byte> recordFile,
        ReadOnlySpan<byte> segment, Sha256Hash? init = null, Sha256Hash? previous = null)
    {
        if (CheckCertificate(certificate, slot.Broadcast, pinned, out var signer) is { IsOk: false } badCertificate)
        {
            return badCertificate;
        }

        if (CheckRecord(signer!, recordFile, slot, out var record) is { IsOk: false } badRecord)
        {
            return badRecord;
        }

        if (CheckSegment(record!, segment) is { IsOk: false } badSegment)
        {
            return badSegment;
        }

        if (init is { } initHash && CheckInit(record!, initHash) is { IsOk: false } badInit)
        {
            return badInit;
        }

        return CheckChain(record!, previous);
    }

    /// <summary>Checks 1–3. The certificate is given only if they hold.</summary>
    public static VerificationResult CheckCertificate(
        ReadOnlySpan<byte> bytes, BroadcastId broadcast, Ed25519PublicKey? pinned, out SignedCertificate? certificate)
    {
        certificate = null;
        if (!SignerCertificate.TryParse(bytes, out var parsed))
        {
            return new(VerificationFailure.CertificateInvalid);
        }

        if (parsed.Certificate.Broadcast != broadcast)
        {
            return new(VerificationFailure.CertificateWrongBroadcast);
        }

        if (pinned is { } identity && parsed.Certificate.Identity != identity)
        {
            return new(VerificationFailure.IdentityMismatch);
        }

        certificate = parsed;
        return VerificationResult.Ok;
    }

    /// <summary>Checks 4–8. The record is given only if they hold.</summary>
    public static VerificationResult CheckRecord(
        SignedCertificate certificate, ReadOnlySpan<byte> file, in SegmentSlot slot, out SignedRecord? record)
    {
        record = null;
        if (!SignedRecord.TryParse(file, out var parsed))
        {
            return new(VerificationFailure.RecordMalformed);
        }

        if (CheckPlace(certificate.Certificate, parsed.Record, parsed.IsSignedBy(certificate.Certificate.SessionKey), slot) is { IsOk: false } bad)
        {
            return bad;
        }

        var found = parsed.Record;
        if (ChunkTree.RootOf(parsed.Leaves) != found.ChunkRoot)
        {
            return new(VerificationFailure.RecordLeaves);
        }

        record = parsed;
        return VerificationResult.Ok;
    }

    /// <summary>Checks 4–7, for a record as it is logged: the COSE_Sign1 item alone, without the leaves of its segment.</summary>
    public static VerificationResult CheckLoggedRecord(SignedCertificate certificate, ReadOnlySpan<byte> cose, in SegmentSlot slot, out SegmentRecord? record) =>
        CheckLoggedRecord(certificate, cose, slot: (SegmentSlot?)slot, out record);

    /// <summary>As above, for whichever segment of the certificate's broadcast the record names: what is asked is whether the broadcaster signed it.</summary>
    public static VerificationResult CheckLoggedRecord(SignedCertificate certificate, ReadOnlySpan<byte> cose, out SegmentRecord? record) =>
        CheckLoggedRecord(certificate, cose, slot: null, out record);

    private static VerificationResult CheckLoggedRecord(SignedCertificate certificate, ReadOnlySpan<byte> cose, SegmentSlot? slot, out SegmentRecord? record)
    {
        record = null;
        if (!CoseSign1.TryParse(cose, out var message) || message.ContentType != SegmentRecordCodec.ContentType || !SegmentRecordCodec.TryDecode(message.Payload.Span, out var found))
        {
            return new(VerificationFailure.RecordMalformed);
        }

        var named = new SegmentSlot(certificate.Certificate.Broadcast, found.Track, found.Sequence, found.Epoch);
        var result = CheckPlace(certificate.Certificate, found, message.Verify(certificate.Certificate.SessionKey), slot ?? named);
        record = result.IsOk ? found : null;
        return result;
    }

    /// <summary>Checks 9 and 10, for a record that <see cref="CheckRecord"/> gave. Allocates nothing.</summary>
    public static VerificationResult CheckSegment(SignedRecord record, ReadOnlySpan<byte> segment)
    {
        if (segment.Length != record.Record.ByteLength)
        {
            return new(VerificationFailure.SegmentLength);
        }

        var count = ChunkTree.CountFor(segment.Length);
        for (var i = 0; i < count; i++)
        {
            if (CheckChunk(record, i, ChunkTree.ChunkOf(segment, i)) is { IsOk: false } bad)
            {
                return bad;
            }
        }

        return VerificationResult.Ok;
    }

    /// <summary>Check 10 for one chunk that came alone. An index outside the segment, or a wrong length, fails as the chunk.</summary>
    public static VerificationResult CheckChunk(SignedRecord record, int index, ReadOnlySpan<byte> chunk)
    {
        var length = record.Record.ByteLength;
        var good = index >= 0 && index < ChunkTree.CountFor(length)
            && chunk.Length == Math.Min(ChunkTree.ChunkSize, length - index * ChunkTree.ChunkSize)
            && MerkleHash.Leaf(chunk) == record.Leaf(index);
        return good ? VerificationResult.Ok : new(VerificationFailure.SegmentChunk, index);
    }

    /// <summary>Check 11.</summary>
    public static VerificationResult CheckInit(SignedRecord record, Sha256Hash init) =>
        record.Record.InitHash == init ? VerificationResult.Ok : new(VerificationFailure.InitMismatch);

    /// <summary>Check 12: the first record follows nothing; a later one follows <paramref name="previous"/>, where that is known.</summary>
    public static VerificationResult CheckChain(SignedRecord record, Sha256Hash? previous)
    {
        var expected = record.Record.Sequence == 0 ? default(Sha256Hash) : previous;
        return expected is not { } hash || record.Record.Previous == hash
            ? VerificationResult.Ok
            : new(VerificationFailure.ChainBroken);
    }

    // Checks 5–7.
    private static VerificationResult CheckPlace(SignerCertificate signer, SegmentRecord found, bool isSigned, in SegmentSlot slot)
    {
        if (!isSigned)
        {
            return new(VerificationFailure.RecordSignature);
        }

        if (found.Broadcast != slot.Broadcast || found.Broadcast != signer.Broadcast || found.Track != slot.Track
            || found.Sequence != slot.Sequence || (slot.Epoch is { } epoch && found.Epoch != epoch))
        {
            return new(VerificationFailure.RecordWrongSlot);
        }

        return found.SealedAt < signer.NotBefore || found.SealedAt > signer.NotAfter ? new(VerificationFailure.CertificateExpired) : VerificationResult.Ok;
    }
}
