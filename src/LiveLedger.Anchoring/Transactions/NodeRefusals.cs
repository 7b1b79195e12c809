using LiveLedger.ChainNodes;
using LiveLedger.Ledger.Refusals;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>What a node or the account stands in the way with, as it is told over HTTP.</summary>
internal static class NodeRefusals
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(5);

    /// <summary>The refusal; null for an exception that is neither's.</summary>
    public static Refusal? Of(Exception exception) => exception switch
    {
        ChainException { Code: ChainException.Refused } no => new(502, no.Code, no.Detail),
        ChainException away => new(503, away.Code, away.Detail) { RetryAfter = s_retry },
        AccountException lacking => lacking.Refusal,
        _ => null,
    };
}
