using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;

namespace LiveLedger.Anchoring;

/// <summary>How the server takes this stage in.</summary>
public static class AnchoringRegistration
{
    /// <summary>Brings this stage's tables up to date.</summary>
    public static async Task UpgradeAnchoringAsync(this LedgerDatabase database, CancellationToken cancel)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancel);
        await SchemaUpgrade.ApplyAsync(connection, "anchoring", typeof(AnchoringRegistration).Assembly, "Schema", cancel);
    }
}
