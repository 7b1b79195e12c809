namespace LiveLedger.Ledger.Recovery;

/// <summary>What a recovery is doing.</summary>
internal enum RecoveryStage
{
    /// <summary>Nothing.</summary>
    Idle,

    /// <summary>Reading the log and its journal.</summary>
    Examining,

    /// <summary>Writing journaled events into the database.</summary>
    Restoring,

    /// <summary>Making the tables anew that are written with the events.</summary>
    Projecting,

    /// <summary>Waiting for the log to check itself and to open.</summary>
    Opening,
}

/// <summary>Where a recovery is.</summary>
/// <param name="Stage">What it does.</param>
/// <param name="Done">Events done in this stage.</param>
/// <param name="All">Events to do in it.</param>
internal sealed record RecoveryProgress(RecoveryStage Stage, ulong Done, ulong All);
