namespace LiveLedger.Transparency.Checkpoints;

/// <summary>What opening a signed checkpoint came to.</summary>
public enum CheckpointResult
{
    /// <summary>Never given; so that no forgotten assignment reads as a good checkpoint.</summary>
    Unknown = 0,

    /// <summary>The log signed this checkpoint.</summary>
    Valid,

    /// <summary>The bytes are no signed note.</summary>
    NoteMalformed,

    /// <summary>The note is not signed by the log's key.</summary>
    NotSigned,

    /// <summary>The note claims the log's key, and the signature is wrong.</summary>
    BadSignature,

    /// <summary>The log's key signed something that is no checkpoint.</summary>
    CheckpointMalformed,

    /// <summary>The checkpoint is another log's.</summary>
    WrongOrigin,
}
