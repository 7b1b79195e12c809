using System.Globalization;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Chain;

namespace LiveLedger.Anchoring.Views;

/// <summary>A ticket as the chain has it.</summary>
/// <param name="Sale">Of which sale.</param>
/// <param name="Holder">Whose; null if it is nobody's any more.</param>
/// <param name="Standing"><c>held</c>, <c>burned</c> or <c>refunded</c>.</param>
/// <param name="Face">What it was bought for.</param>
/// <param name="Paid">What outages have paid of that.</param>
/// <param name="ClaimedUntil">Until which moment, in Unix milliseconds.</param>
internal sealed record TicketState(ulong Sale, string? Holder, string Standing, UInt128 Face, UInt128 Paid, ulong ClaimedUntil)
{
    public const string Held = "held";
    public const string Burned = "burned";
    public const string Refunded = "refunded";
}

/// <summary>From a ticket's sightings, in their order, to the ticket.</summary>
internal static class TicketFold
{
    private static readonly string s_nobody = Address.Zero.ToString();

    /// <summary>The ticket; null if none of its sightings sells it.</summary>
    public static TicketState? Of(IEnumerable<Sighting> sightings)
    {
        TicketState? ticket = null;
        string? holder = null;
        var standing = TicketState.Held;
        foreach (var sighting in sightings)
        {
            switch (sighting)
            {
                case TicketTransferred { To: var to }:
                    // The contract mints before it says what was bought, and burns before it says what was refunded.
                    holder = to == s_nobody ? null : to;
                    standing = holder is null ? TicketState.Burned : TicketState.Held;
                    break;
                case TicketRefunded:
                    standing = TicketState.Refunded;
                    break;
                case TicketBought bought:
                    ticket = new(bought.Sale, null, TicketState.Held, Amount(bought.Face), 0, 0);
                    break;
                case OutagePaid paid when ticket is not null:
                    ticket = ticket with { Paid = ticket.Paid + Amount(paid.Amount), ClaimedUntil = paid.Until };
                    break;
            }
        }

        return ticket is null ? null : ticket with { Holder = holder, Standing = standing };
    }

    private static UInt128 Amount(string text) => UInt128.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
