using LiveLedger.Anchoring.Sightings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;

namespace LiveLedger.Anchoring.Tests.Views;

/// <summary>What the sightings of one subject come to, in the order in which the contracts say them.</summary>
public sealed class Sightings_fold
{
    private const string Ann = "0x00000000000000000000000000000000000000a1";
    private const string Bob = "0x00000000000000000000000000000000000000b0";

    private static readonly string s_nobody = Address.Zero.ToString();
    private static readonly SeenAt s_at = new(1, "0x", "0x", 0);

    [Fact]
    public void A_ticket_is_its_last_holders_and_what_outages_paid_adds_up()
    {
        List<Sighting> seen = [new TicketTransferred(s_at, 7, s_nobody, Ann), new TicketBought(s_at, 7, 3, Ann, "1000")];
        Assert.Equal(new TicketState(3, Ann, TicketState.Held, 1000, 0, 0), TicketFold.Of(seen));
        seen.AddRange([new TicketTransferred(s_at, 7, Ann, Bob), new OutagePaid(s_at, 7, Bob, "10", 500), new OutagePaid(s_at, 7, Bob, "5", 900)]);
        Assert.Equal(new TicketState(3, Bob, TicketState.Held, 1000, 15, 900), TicketFold.Of(seen));
    }

    [Fact]
    public void Burned_and_refunded_are_two_things_and_without_its_purchase_there_is_none()
    {
        List<Sighting> seen = [new TicketTransferred(s_at, 7, s_nobody, Ann), new TicketBought(s_at, 7, 3, Ann, "1000"), new TicketTransferred(s_at, 7, Ann, s_nobody)];
        Assert.Equal((null, TicketState.Burned), (TicketFold.Of(seen)!.Holder, TicketFold.Of(seen)!.Standing));
        seen.Add(new TicketRefunded(s_at, 7, Ann, "1000"));
        Assert.Equal((null, TicketState.Refunded), (TicketFold.Of(seen)!.Holder, TicketFold.Of(seen)!.Standing));
        Assert.Null(TicketFold.Of(seen.Where(static s => s is not TicketBought)));
        Assert.Null(TicketFold.Of([]));
    }

    [Fact]
    public void A_token_is_controlled_by_who_accepted_it_last_whoever_has_it()
    {
        List<Sighting> seen = [new OwnershipTransferred(s_at, "t", s_nobody, Ann), new OwnershipRegistered(s_at, "t", "0x01", Ann)];
        Assert.Equal(new TokenState(Ann, Ann, "0x01", null), TokenFold.Of(seen));
        seen.Add(new OwnershipTransferred(s_at, "t", Ann, Bob));
        Assert.Equal(new TokenState(Bob, Ann, "0x01", null), TokenFold.Of(seen));
        seen.AddRange([new HandOverAccepted(s_at, "t", Bob, "0x02"), new ContentSealed(s_at, "t", "0x03")]);
        Assert.Equal(new TokenState(Bob, Bob, "0x02", "0x03"), TokenFold.Of(seen));
    }

    [Fact]
    public void A_sale_goes_its_course()
    {
        var terms = new SaleTerms("0x", Ann, s_nobody, "1", 1, 1, 2, 3, 4, 5, 6, 0, 0, false);
        List<Sighting> seen = [new SaleCreated(s_at, 1, "b", Ann, terms)];
        Assert.Equal(SaleStanding.Open, SaleFold.Of(seen)!.State);
        Assert.Equal(SaleStanding.Started, SaleFold.Of([.. seen, new SaleStarted(s_at, 1)])!.State);
        Assert.Equal((SaleStanding.Refunding, true), (SaleFold.Of([.. seen, new SaleRefunding(s_at, 1, true)])!.State, SaleFold.Of([.. seen, new SaleRefunding(s_at, 1, true)])!.Cancelled));
        Assert.Equal(SaleStanding.Settled, SaleFold.Of([.. seen, new SaleStarted(s_at, 1), new SaleSettled(s_at, 1, "9")])!.State);
        Assert.Null(SaleFold.Of([new SaleStarted(s_at, 1)]));
    }
}
