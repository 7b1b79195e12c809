using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Statements;

namespace LiveLedger.Peering.FraudProofs;

/// <summary>
/// Decides on fraud proofs with nothing but the platform's public keys: no media, no network, no clock. What is proved stays proved, whether the admission is over or not.
/// </summary>
/// <param name="admissions">Reads admissions.</param>
public sealed class FraudVerifier(AdmissionVerifier admissions)
{
    /// <summary>What a proof proves, or why it proves nothing.</summary>
    /// <param name="proof">From outside.</param>
    /// <param name="identity">The broadcaster's, for a publisher's equivocation, where the reader knows it; null takes any, and the verdict says whose it is. A peer's admission names it.</param>
    /// <param name="verdict">What is proved; null if nothing.</param>
    public FraudRefusal Verify(FraudProof proof, Ed25519PublicKey? identity, out FraudVerdict? verdict) => proof switch
    {
        ChunkFraudProof chunk => Verify(chunk, out verdict),
        EquivocationProof equivocation => Verify(equivocation, identity, out verdict),
        _ => throw new ArgumentException("a kind of proof that is not known", nameof(proof)),
    };

    private FraudRefusal Verify(ChunkFraudProof proof, out FraudVerdict? verdict)
    {
        verdict = null;
        if (admissions.VerifyAsEvidence(proof.Admission, out var admission) != AdmissionRefusal.None)
        {
            return FraudRefusal.Admission;
        }

        if (ReadRecord(proof.Record.Span, proof.Certificate.Span, admission!.Broadcast, admission.Identity, out var record, out _) is var refusal and not FraudRefusal.None)
        {
            return refusal;
        }

        var count = ChunkTree.CountFor(record!.ByteLength);
        if (!MerklePath.TryRoot((ulong)proof.Chunk, (ulong)count, proof.Leaf, [.. proof.Path], out var root) || root != record.ChunkRoot)
        {
            return FraudRefusal.Inclusion;
        }

        if (proof.Stated == proof.Leaf)
        {
            return FraudRefusal.True;
        }

        if (!new ChunkStatement(Sha256Hash.Of(proof.Record.Span), proof.Chunk, proof.Stated).Verify(admission.Key, proof.Statement.Span))
        {
            return FraudRefusal.Statement;
        }

        verdict = new PeerConviction
        {
            Broadcast = admission.Broadcast,
            Slot = SlotOf(record),
            Peer = admission.Peer,
            Key = admission.Key,
            AdmittedAt = admission.IssuedAt,
            Role = admission.Role,
            Chunk = proof.Chunk,
        };
        return FraudRefusal.None;
    }

    private static FraudRefusal Verify(EquivocationProof proof, Ed25519PublicKey? identity, out FraudVerdict? verdict)
    {
        verdict = null;
        // Whose broadcast it is, the first certificate says; all the rest has to agree.
        if (!SignerCertificate.TryParse(proof.Certificate.Span, out var stated))
        {
            return FraudRefusal.Certificate;
        }

        if (ReadRecord(proof.Record.Span, proof.Certificate.Span, stated.Certificate.Broadcast, identity, out var record, out var signer) is var refusal and not FraudRefusal.None)
        {
            return refusal;
        }

        if (ReadRecord(proof.OtherRecord.Span, proof.OtherCertificate.Span, stated.Certificate.Broadcast, signer, out var other, out _) is var otherRefusal and not FraudRefusal.None)
        {
            return otherRefusal;
        }

        if (SlotOf(record!) != SlotOf(other!))
        {
            return FraudRefusal.Slot;
        }

        verdict = new PublisherEquivocation
        {
            Broadcast = record!.Broadcast,
            Slot = SlotOf(record),
            Identity = signer!.Value,
            Records = (Sha256Hash.Of(proof.Record.Span), Sha256Hash.Of(proof.OtherRecord.Span)),
        };
        return FraudRefusal.None;
    }

    private static FraudRefusal ReadRecord(
        ReadOnlySpan<byte> cose, ReadOnlySpan<byte> certificate, BroadcastId broadcast, Ed25519PublicKey? identity, out SegmentRecord? record, out Ed25519PublicKey? signer)
    {
        (record, signer) = (null, null);
        var result = SegmentVerification.CheckCertificate(certificate, broadcast, identity, out var certified);
        if (!result.IsOk)
        {
            return result.Failure == VerificationFailure.IdentityMismatch ? FraudRefusal.Identity : FraudRefusal.Certificate;
        }

        signer = certified!.Certificate.Identity;
        return SegmentVerification.CheckLoggedRecord(certified, cose, out record).IsOk ? FraudRefusal.None : FraudRefusal.Record;
    }

    private static SegmentSlot SlotOf(SegmentRecord record) => new(record.Broadcast, record.Track, record.Sequence, record.Epoch);
}
