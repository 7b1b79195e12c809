namespace LiveLedger.Chain.Contracts;

/// <summary>Where a sale stands.</summary>
public enum SaleState
{
    /// <summary>There is no such sale.</summary>
    None = 0,

    /// <summary>Not started.</summary>
    Open = 1,

    /// <summary>The start was shown.</summary>
    Started = 2,

    /// <summary>The money goes back.</summary>
    Refunding = 3,

    /// <summary>The payees are credited.</summary>
    Settled = 4,
}
