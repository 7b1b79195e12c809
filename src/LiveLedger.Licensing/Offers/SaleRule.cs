namespace LiveLedger.Licensing.Offers;

/// <summary>Everything a sale is decided from beside the offer's terms.</summary>
/// <param name="Now">The time.</param>
/// <param name="IsWithdrawn">True if the offer was taken from sale.</param>
internal readonly record struct SaleFacts(DateTimeOffset Now, bool IsWithdrawn = false);

/// <summary>What comes of it.</summary>
internal enum SaleDecision
{
    /// <summary>It is sold.</summary>
    Granted,

    /// <summary>Not any more, whatever the time.</summary>
    OfferWithdrawn,

    /// <summary>Not yet, or not any more.</summary>
    OfferNotOnSale,
}

/// <summary>
/// The one rule of sales. Like that of licences it knows no clock and no database. What was sold once is answered again without it: its window may be over.
/// </summary>
internal static class SaleRule
{
    public static SaleDecision Decide(OfferTerms terms, SaleFacts facts) => facts switch
    {
        { IsWithdrawn: true } => SaleDecision.OfferWithdrawn,
        _ when terms.Sale.IsAhead(facts.Now) || terms.Sale.IsOver(facts.Now) => SaleDecision.OfferNotOnSale,
        _ => SaleDecision.Granted,
    };
}
