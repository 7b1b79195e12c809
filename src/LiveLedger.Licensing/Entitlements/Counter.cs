using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>Where entitlements are sold, one by one or in bulk: who may have one of what, now.</summary>
internal sealed class Counter(EntitlementBook book, OfferBook offers, ViewerPseudonyms pseudonyms, TimeProvider time)
{
    private static readonly Refusal s_unknown = new(404, "offer-unknown", "This broadcast has no such offer.");
    private static readonly Refusal s_withdrawn = new(409, "offer-withdrawn", "This offer was withdrawn.");
    private static readonly Refusal s_notOnSale = new(409, "offer-not-on-sale", "This is before or after the offer's sale window.");

    /// <summary>Grants what was asked for.</summary>
    /// <exception cref="RefusedException">It is not for sale, or the viewer's name will not do.</exception>
    /// <exception cref="LedgerUnavailableException">The database is away; with a command, ask again.</exception>
    public async Task<Entitlement> SellAsync(BroadcastId broadcast, GrantEntitlementRequest sale, CommandId? command, CancellationToken cancel)
    {
        if (!ViewerPseudonyms.IsViewer(sale.Viewer))
        {
            throw new RefusedException(EntitlementEndpoints.ViewerInvalid);
        }

        OfferVersion? sold;
        try
        {
            sold = sale.Offer is { } named ? await OnSaleAsync(broadcast, named, cancel) : null;
        }
        catch (RefusedException) when (command is not null && OfferId.TryParse(sale.Offer, out _))
        {
            // What was sold while it was for sale is sold, whenever its answer is asked for again.
            if (OfferId.TryParse(sale.Offer, out var offer) && pseudonyms.Find(broadcast, sale.Viewer!) is { } viewer
                && await book.FindSoldAsync(broadcast, viewer, offer, command.Value, cancel) is { } known)
            {
                return known;
            }

            throw;
        }

        return await book.GrantAsync(broadcast, pseudonyms.Seal(broadcast, sale.Viewer!), sold, command, cancel);
    }

    /// <summary>True if nothing about its offer stands against a sale now.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<bool> IsOnSaleAsync(BroadcastId broadcast, string? named, CancellationToken cancel)
    {
        try
        {
            if (named is not null)
            {
                await OnSaleAsync(broadcast, named, cancel);
            }

            return true;
        }
        catch (RefusedException e) when (e is not LedgerUnavailableException)
        {
            return false;
        }
    }

    private async Task<OfferVersion> OnSaleAsync(BroadcastId broadcast, string named, CancellationToken cancel)
    {
        if (!OfferId.TryParse(named, out var id) || await offers.ReadAsync(broadcast, id, cancel) is not { } offer)
        {
            throw new RefusedException(s_unknown);
        }

        return SaleRule.Decide(offer.Terms, new(time.GetUtcNow(), offer.WithdrawnAt is not null)) switch
        {
            SaleDecision.Granted => new(id, offer.Version),
            SaleDecision.OfferWithdrawn => throw new RefusedException(s_withdrawn),
            _ => throw new RefusedException(s_notOnSale),
        };
    }
}
