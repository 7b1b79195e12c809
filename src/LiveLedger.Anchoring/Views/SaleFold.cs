using LiveLedger.Anchoring.Sightings;

namespace LiveLedger.Anchoring.Views;

/// <summary>A sale as the chain has it.</summary>
/// <param name="Broadcast">Of which broadcast.</param>
/// <param name="Broadcaster">Who sells.</param>
/// <param name="State"><c>open</c>, <c>started</c>, <c>refunding</c> or <c>settled</c>.</param>
/// <param name="Cancelled">True if it is refunding because the broadcaster cancelled it.</param>
/// <param name="Terms">Its terms.</param>
internal sealed record SaleStanding(string Broadcast, string Broadcaster, string State, bool Cancelled, SaleTerms Terms)
{
    public const string Open = "open";
    public const string Started = "started";
    public const string Refunding = "refunding";
    public const string Settled = "settled";
}

/// <summary>From a sale's sightings, in their order, to the sale.</summary>
internal static class SaleFold
{
    /// <summary>The sale; null if none of its sightings opens it.</summary>
    public static SaleStanding? Of(IEnumerable<Sighting> sightings)
    {
        SaleStanding? sale = null;
        foreach (var sighting in sightings)
        {
            sale = sighting switch
            {
                SaleCreated created => new(created.Broadcast, created.Broadcaster, SaleStanding.Open, Cancelled: false, created.Terms),
                SaleStarted => sale is null ? null : sale with { State = SaleStanding.Started },
                SaleRefunding refunding => sale is null ? null : sale with { State = SaleStanding.Refunding, Cancelled = refunding.Cancelled },
                SaleSettled => sale is null ? null : sale with { State = SaleStanding.Settled },
                _ => sale,
            };
        }

        return sale;
    }
}
