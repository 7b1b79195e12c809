namespace LiveLedger.Anchoring.Transactions;

/// <summary>What orders are for, and whose turn comes first: what a deadline waits for before what none does, and what strangers ask for last of all.</summary>
internal static class OrderPurpose
{
    public const string StartProof = "start-proof";
    public const string CheckpointAnchor = "checkpoint-anchor";
    public const string StartMissed = "start-missed";
    public const string SaleSettlement = "sale-settlement";
    public const string ContentSeal = "content-seal";
    public const string Registration = "broadcast-registration";
    public const string Redemption = "voucher-redemption";

    /// <summary>The lower, the sooner.</summary>
    public static int RankOf(string purpose) => purpose switch
    {
        // It holds up all that have a nonce.
        TransactionOrder.FillerPurpose => 0,
        StartProof or CheckpointAnchor => 1,
        Redemption => 3,
        _ => 2,
    };
}
