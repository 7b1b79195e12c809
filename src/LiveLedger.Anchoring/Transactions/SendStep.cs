namespace LiveLedger.Anchoring.Transactions;

/// <summary>The steps of a transaction, for tests that fail at each.</summary>
internal enum SendStep
{
    /// <summary>Its nonce and fees are in the ledger; nothing was sent.</summary>
    Prepared,

    /// <summary>A node has it; the ledger does not say so.</summary>
    Sent,

    /// <summary>The ledger says so.</summary>
    Noted,

    /// <summary>Its higher fees are in the ledger; nothing was sent under them.</summary>
    Replaced,

    /// <summary>It stands in a block for good; the ledger does not say so.</summary>
    Final,

    /// <summary>The ledger says so.</summary>
    Done,
}
