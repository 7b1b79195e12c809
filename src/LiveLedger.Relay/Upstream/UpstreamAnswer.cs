namespace LiveLedger.Relay.Upstream;

/// <summary>What came of asking upstream.</summary>
internal enum UpstreamOutcome
{
    /// <summary>Bytes came. Nothing is known of them.</summary>
    Bytes,

    /// <summary>There is no such object, or not yet.</summary>
    Absent,

    /// <summary>The broadcast was taken down (410).</summary>
    TakenDown,

    /// <summary>More bytes than such an object has.</summary>
    TooLong,

    /// <summary>The network failed, or upstream answered something else.</summary>
    Failed,

    /// <summary>Nothing came for too long.</summary>
    Silent,

    /// <summary>Too many wait already; it was not asked.</summary>
    Busy,
}

/// <summary>An answer of upstream's.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Bytes">Empty unless there are some.</param>
internal readonly record struct UpstreamAnswer(UpstreamOutcome Outcome, byte[] Bytes)
{
    public static UpstreamAnswer Of(UpstreamOutcome outcome) => new(outcome, []);
}
