using System.Diagnostics.CodeAnalysis;

namespace LiveLedger.Licensing.Offers;

/// <summary>Names an offer: 32 lower-case hexadecimal characters.</summary>
internal readonly record struct OfferId(Guid Value)
{
    public static bool TryParse([NotNullWhen(true)] string? text, out OfferId id)
    {
        var read = IdText.TryRead(text, out var value);
        id = new(value);
        return read;
    }

    public override string ToString() => Value.ToString("N");
}

/// <summary>The terms somebody was sold: an offer as it was then.</summary>
/// <param name="Id">The offer.</param>
/// <param name="Version">From 1.</param>
internal readonly record struct OfferVersion(OfferId Id, int Version);

/// <summary>An offer as it is now.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">From 1, one more with each revision.</param>
/// <param name="Body">Name and terms as the broadcaster gave them.</param>
/// <param name="Terms">The same, understood.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="WithdrawnAt">When it was taken from sale; what was sold stays sold.</param>
internal sealed record Offer(OfferId Id, int Version, OfferBody Body, OfferTerms Terms, DateTimeOffset CreatedAt, DateTimeOffset? WithdrawnAt);
