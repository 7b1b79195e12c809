using LiveLedger.Anchoring.Effects;
using LiveLedger.Chain;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Tests.Effects;

public sealed class A_tickets_right_is_what_the_chain_says_last
{
    private const ulong Ticket = 7;
    private const string Ann = "0x00000000000000000000000000000000000000a1";
    private const string Bob = "0x00000000000000000000000000000000000000b0";

    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);

    [Fact]
    public async Task A_number_that_is_another_broadcasts_after_a_reorganisation_is_settled_in_both()
    {
        await using var chain = await SettledTickets.StartAsync();
        var other = BroadcastId.New(TimeProvider.System);
        var opened = await chain.SeeAsync(chain.Opened(3, _broadcast));
        var bought = await chain.SeeAsync(chain.Bought(Ticket, 3, Ann));
        await chain.Tickets.SettleAsync(Ticket, null, default);
        Assert.Equal((TicketStanding.Held, NameOf(Ann)), chain.Last(_broadcast));

        // Taken back in two steps, and sold anew before the first is looked at: the view has another sale by that number already.
        var tickets = await chain.TakeBackAsync(bought);
        await chain.TakeBackAsync(opened);
        await chain.SeeAsync([chain.Opened(3, other), .. chain.Bought(Ticket, 3, Bob)]);
        var undone = await UndoneSales.ReadAsync(chain.Ledger.Events, chain.Deployment, tickets, default);
        Assert.Equal([$"ticket/{Ticket}"], undone.Subjects);
        await chain.Tickets.SettleAsync(Ticket, undone.BroadcastOf(Ticket), default);
        Assert.Equal((TicketStanding.Unsold, null), chain.Last(_broadcast));
        Assert.Equal((TicketStanding.Held, NameOf(Bob)), chain.Last(other));
    }

    private static string? NameOf(string wallet) => Address.TryParse(wallet, out var address) ? TicketEffects.WalletOf(new(31337), address) : null;
}
