namespace LiveLedger.Cli.Recovery;

/// <summary>What a server says about its log and a recovery of it.</summary>
internal sealed record RecoveryView(string Log, string? Reason, RecoveryRun? Running, RecoveryFailure? Failure, RecoveryFindings? Found);

/// <summary>The work in progress.</summary>
internal sealed record RecoveryRun(string Stage, ulong Done, ulong All);

/// <summary>Why the last order came to nothing.</summary>
internal sealed record RecoveryFailure(string Code, string Detail);

/// <summary>What is left of the log, and what it has promised.</summary>
internal sealed record RecoveryFindings(ulong DatabaseEvents, JournalSpan? Journal, ulong Missing, ulong? DiffersAt, IReadOnlyList<PromisedTree> Promises, bool CanRollForward, string Advice);

/// <summary>First index of the journal, and the one after its last.</summary>
internal sealed record JournalSpan(ulong First, ulong End);

/// <summary>A tree that the log's key has signed.</summary>
internal sealed record PromisedTree(string Source, ulong Size, string Root, string State);
