namespace LiveLedger.Relay.Objects;

/// <summary>What a relay carries. Nothing else is asked for upstream, or served.</summary>
internal enum ObjectKind : byte
{
    /// <summary>The broadcaster's certificate of the session key.</summary>
    Signer,

    /// <summary>A segment's signed record and its leaf hashes.</summary>
    Record,

    /// <summary>A segment, encrypted.</summary>
    Segment,

    /// <summary>An init segment.</summary>
    Init,
}
