namespace LiveLedger.Peering.Admissions;

/// <summary>Why an admission is not taken.</summary>
public enum AdmissionRefusal
{
    /// <summary>It is.</summary>
    None,

    /// <summary>No token of our profile, or a claim is missing, of the wrong kind or out of its bounds.</summary>
    Malformed,

    /// <summary>Signed by a key that the platform does not name.</summary>
    UnknownKey,

    /// <summary>Not signed by the key it names.</summary>
    BadSignature,

    /// <summary>Of another platform.</summary>
    WrongIssuer,

    /// <summary>Made for another use.</summary>
    WrongAudience,

    /// <summary>For another broadcast.</summary>
    WrongBroadcast,

    /// <summary>Its time has not come.</summary>
    NotYet,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>It was given for longer than any is.</summary>
    TooLong,

    /// <summary>Its peer's or the broadcaster's key is no sound point.</summary>
    BadKey,
}
