namespace LiveLedger.Anchoring.Tests.Transactions;

/// <summary>What waits at the node.</summary>
internal static class PooledTransactions
{
    /// <summary>Hash of the first that waits; null if none does.</summary>
    public static async Task<string?> PooledAsync(this RunningAccount account)
    {
        var pool = await account.Anvil.CallAsync("txpool_content");
        return ((string[])["pending", "queued"]).SelectMany(kind => pool![kind]!.AsObject()).SelectMany(static a => a.Value!.AsObject())
            .Select(static t => (string)t.Value!["hash"]!).FirstOrDefault();
    }
}
