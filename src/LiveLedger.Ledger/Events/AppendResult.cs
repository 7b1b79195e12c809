using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger;

/// <summary>How an append ended.</summary>
public enum AppendOutcome
{
    /// <summary>Stored now.</summary>
    Appended,

    /// <summary>The same events were stored before; nothing was added.</summary>
    AlreadyAppended,

    /// <summary>The stream is at another version; nothing was added.</summary>
    WrongVersion,
}

/// <summary>What an append came to.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Version">Version of the last of these events; on <see cref="AppendOutcome.WrongVersion"/> the stream's actual version (-1: no stream).</param>
public sealed record AppendResult(AppendOutcome Outcome, long Version)
{
    /// <summary>True if the events are in the store, by this call or an earlier one.</summary>
    public bool IsStored => Outcome != AppendOutcome.WrongVersion;

    /// <summary>Places in the log, in the events' order; empty unless asked for.</summary>
    public IReadOnlyList<LedgerIndex> Indexes { get; init; } = [];

    /// <summary>The time in the events' entries if they were stored by this call; else null.</summary>
    public DateTimeOffset? RecordedAt { get; init; }

    internal long[] Positions { get; init; } = [];
}
