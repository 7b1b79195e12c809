using System.Globalization;

namespace LiveLedger.Media.Records;

/// <summary>The outcome of checking a segment: good, or the first check that failed.</summary>
/// <param name="Failure">The first check that failed.</param>
/// <param name="ChunkIndex">For <see cref="VerificationFailure.SegmentChunk"/>: the first chunk that does not match.</param>
public readonly record struct VerificationResult(VerificationFailure Failure, int? ChunkIndex = null)
{
    /// <summary>Everything asked for was checked and is good.</summary>
    public static VerificationResult Ok => default;

    /// <summary>True if nothing failed.</summary>
    public bool IsOk => Failure == VerificationFailure.None;

    /// <summary>The failure's one name, the same in every tool; <c>ok</c> for none.</summary>
    public string Code => Failure switch
    {
        VerificationFailure.None => "ok",
        VerificationFailure.CertificateInvalid => "certificate-invalid",
        VerificationFailure.CertificateWrongBroadcast => "certificate-wrong-broadcast",
        VerificationFailure.IdentityMismatch => "identity-mismatch",
        VerificationFailure.RecordMalformed => "record-malformed",
        VerificationFailure.RecordSignature => "record-signature",
        VerificationFailure.RecordWrongSlot => "record-wrong-slot",
        VerificationFailure.CertificateExpired => "certificate-expired",
        VerificationFailure.RecordLeaves => "record-leaves",
        VerificationFailure.SegmentLength => "segment-length",
        VerificationFailure.SegmentChunk => "segment-chunk",
        VerificationFailure.InitMismatch => "init-mismatch",
        VerificationFailure.ChainBroken => "chain-broken",
        _ => throw new InvalidOperationException($"unnamed failure {Failure}"),
    };

    /// <summary>The name, with the chunk where there is one: <c>segment-chunk 3</c>.</summary>
    public override string ToString() =>
        ChunkIndex is { } index ? string.Create(CultureInfo.InvariantCulture, $"{Code} {index}") : Code;
}
