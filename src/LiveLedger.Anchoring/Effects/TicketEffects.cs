using System.Globalization;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;
using LiveLedger.Media;

namespace LiveLedger.Anchoring.Effects;

/// <summary>Brings a ticket's entitlement to what the chain says of the ticket.</summary>
internal sealed class TicketEffects(ChainView view, Deployment deployment, AnchoringLinks links, SettlingTurns turns)
{
    /// <summary>The ticket's name outside the chain, and the end of its stream's: <c>{chain id}-{contract}-{ticket}</c>. The contract makes the same name.</summary>
    public static string NameOf(Deployment deployment, ulong ticket) =>
        string.Create(CultureInfo.InvariantCulture, $"{deployment.Chain}-{deployment.Tickets.ToString()[2..]}-{ticket}");

    /// <summary>A wallet's name (CAIP-10).</summary>
    public static string WalletOf(ChainId chain, Address address) => $"eip155:{chain}:{address}";

    /// <summary>Reads it back; false for a wallet of another chain, or for none.</summary>
    public static bool TryReadWallet(ChainId chain, string wallet, out Address address)
    {
        var account = $"eip155:{chain}:";
        address = default;
        return wallet.StartsWith(account, StringComparison.Ordinal) && Address.TryParse(wallet[account.Length..], out address);
    }

    /// <summary>Brings it there; nothing happens if it is there, or if the ticket is for a broadcast of somebody else's.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="wasFor">What it was for, if the chain has taken back its sale: nothing else says so any more.</param>
    /// <param name="cancel">Ends the call.</param>
    public async Task SettleAsync(ulong ticket, BroadcastId? wasFor, CancellationToken cancel)
    {
        await using var turn = await turns.TakeAsync($"{deployment.Name}/ticket/{ticket}", cancel);
        var seen = await view.TicketAsync(ticket, cancel);
        if (wasFor is { } before && before != seen?.Broadcast)
        {
            // The number may be another broadcast's by now: its holder has nothing of the first one's.
            await SettleAsync(before, ticket, null, cancel);
        }

        if (seen is not null)
        {
            await SettleAsync(seen.Broadcast, ticket, seen.State, cancel);
        }
    }

    /// <summary>Brings all tickets of a wallet for a broadcast there: whose the wallet is has changed.</summary>
    public async Task SettleAllAsync(Address holder, BroadcastId broadcast, CancellationToken cancel)
    {
        ulong? behind = null;
        while (await view.TicketsAsync(holder, broadcast, cancel, behind) is [.., var last] page)
        {
            foreach (var ticket in page)
            {
                await SettleAsync(ticket.Ticket, null, cancel);
            }

            behind = last.Ticket;
        }
    }

    private async Task SettleAsync(BroadcastId broadcast, ulong ticket, TicketState? state, CancellationToken cancel)
    {
        if (await links.OwnerOf(broadcast, cancel) is not null)
        {
            await links.SettleTicket(broadcast, NameOf(deployment, ticket), StandingOf(state), WalletOf(state), cancel);
        }
    }

    private string? WalletOf(TicketState? state) => state?.Holder is { } holder && Address.TryParse(holder, out var address) ? WalletOf(deployment.Chain, address) : null;

    private static TicketStanding StandingOf(TicketState? state) => state?.Standing switch
    {
        null => TicketStanding.Unsold,
        TicketState.Refunded => TicketStanding.Refunded,
        TicketState.Burned => TicketStanding.Burned,
        _ => TicketStanding.Held,
    };
}
