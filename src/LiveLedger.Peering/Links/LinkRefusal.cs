namespace LiveLedger.Peering.Links;

/// <summary>Why a link is not made.</summary>
public enum LinkRefusal
{
    /// <summary>It is, or may yet be.</summary>
    None,

    /// <summary>A message that cannot be read, or not the one whose turn it is.</summary>
    Malformed,

    /// <summary>The other's admission is not good: see <see cref="LinkHandshake.Admission"/>.</summary>
    NotAdmitted,

    /// <summary>The other's admission was revoked.</summary>
    Revoked,

    /// <summary>The other is this peer itself, under one key or one entitlement.</summary>
    Oneself,

    /// <summary>One of the two links with relays only, and the other is none.</summary>
    RelaysOnly,

    /// <summary>A WebSocket to an origin that the other's admission does not have.</summary>
    WrongOrigin,

    /// <summary>The other's proof is not good: it does not hold the key, or there is somebody between.</summary>
    NotProved,
}
