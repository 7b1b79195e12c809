using LiveLedger.Anchoring.Effects;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Chain;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Tests.Effects;

public sealed class What_the_chain_says_last_holds
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

    [Fact]
    public async Task Who_read_the_chain_before_a_transfer_does_not_undo_what_was_settled_after_it()
    {
        await using var chain = await SettledTickets.StartAsync();
        await chain.SeeAsync([chain.Opened(3, _broadcast), .. chain.Bought(Ticket, 3, Ann)]);

        // A wallet is linked, which settles its tickets; meanwhile the ticket is passed on, and that is settled.
        await SettleAcrossAsync(chain, NameOf(Ann), () => chain.Tickets.SettleAsync(Ticket, null, default), new TicketTransferred(chain.Next(), Ticket, Ann, Bob));
        Assert.Equal((TicketStanding.Held, NameOf(Bob)), chain.Last(_broadcast));
    }

    [Fact]
    public async Task Who_read_the_chain_before_a_hand_over_does_not_undo_it()
    {
        await using var chain = await SettledTickets.StartAsync();
        Assert.True(Address.TryParse(Ann, out var ann) & Address.TryParse(Bob, out var bob));
        await chain.Wallets.LinkAsync(ann, "acme", default);
        await chain.Wallets.LinkAsync(bob, "bolt", default);
        var identity = HexText.Of(Ed25519PrivateKey.Generate().PublicKey.Value.ToArray());
        await chain.SeeAsync(new OwnershipRegistered(chain.Next(), _broadcast.ToString(), identity, Ann));

        await SettleAcrossAsync(chain, "acme", () => chain.Owners.SettleAsync(_broadcast, default), new HandOverAccepted(chain.Next(), _broadcast.ToString(), Bob, identity));
        Assert.Equal("bolt", chain.HandedOver[^1]);
    }

    // Settles, and while that has read and not written, has the chain say something else and that settled.
    private static async Task SettleAcrossAsync(SettledTickets chain, string? held, Func<Task> settle, Sighting meanwhile)
    {
        var late = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        chain.Telling = async told =>
        {
            if (told == held)
            {
                reached.TrySetResult();
                await late.Task;
            }
        };
        var first = settle();
        await reached.Task;
        await chain.SeeAsync(meanwhile);
        var second = settle();
        await Task.WhenAny(second, Task.Delay(TimeSpan.FromSeconds(1)));
        late.SetResult();
        await Task.WhenAll(first, second);
    }

    private static string? NameOf(string wallet) => Address.TryParse(wallet, out var address) ? TicketEffects.WalletOf(new(31337), address) : null;
}
