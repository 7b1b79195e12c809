namespace LiveLedger.Media.Records;

/// <summary>Why a segment is refused, in the order of the checks of docs/formats/segment-record.md.</summary>
public enum VerificationFailure
{
    /// <summary>Nothing failed.</summary>
    None,

    /// <summary>The certificate does not parse, or is not signed by the identity it names.</summary>
    CertificateInvalid,

    /// <summary>The certificate is of another broadcast.</summary>
    CertificateWrongBroadcast,

    /// <summary>The certificate's identity is not the pinned one.</summary>
    IdentityMismatch,

    /// <summary>The record file does not parse.</summary>
    RecordMalformed,

    /// <summary>The record is not signed by the certified session key.</summary>
    RecordSignature,

    /// <summary>The record is of another broadcast, track, sequence or epoch.</summary>
    RecordWrongSlot,

    /// <summary>The record was sealed outside the certificate's time.</summary>
    CertificateExpired,

    /// <summary>The leaf list does not hash to the chunk root.</summary>
    RecordLeaves,

    /// <summary>The segment is longer or shorter than the record says.</summary>
    SegmentLength,

    /// <summary>A chunk does not hash to its leaf.</summary>
    SegmentChunk,

    /// <summary>The init segment in use is not the one the record names.</summary>
    InitMismatch,

    /// <summary>The record does not follow the one before it.</summary>
    ChainBroken,
}
