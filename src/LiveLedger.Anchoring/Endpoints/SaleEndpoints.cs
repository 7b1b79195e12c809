using System.Globalization;
using System.Text.Json;
using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Outages;
using LiveLedger.Anchoring.Views;
using LiveLedger.Chain;
using LiveLedger.Chain.Contracts;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Anchoring.Endpoints;

/// <summary><c>/v1/broadcasts/{id}/sales</c> and <c>…/tickets</c>, for buyers: what anybody can read on the chain too, and transactions for their own wallets.</summary>
internal sealed class SaleEndpoints(ChainView view, OutageClaims claims, ChainSettings settings)
{
    public static void Map(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}").WithTags("tickets");
        group.MapGet("sales", static (string id, SaleEndpoints e, CancellationToken cancel) => e.ListAsync(id, cancel)).WithName("listSales").Produces<SaleListView>();
        group.MapPost("sales/{sale}/purchase", static (string id, string sale, SaleEndpoints e, CancellationToken cancel) => e.BuyAsync(id, sale, cancel)).WithName("preparePurchase").Produces<PurchaseView>();
        group.MapGet("tickets", static (string id, string? wallet, SaleEndpoints e, CancellationToken cancel) => e.TicketsAsync(id, wallet, cancel)).WithName("listTickets").Produces<TicketListView>();
        group.MapPost("tickets/{ticket}/refund", static (string id, string ticket, SaleEndpoints e, CancellationToken cancel) => e.RefundAsync(id, ticket, cancel)).WithName("prepareRefund").Produces<UnsignedView>();
        group.MapPost("tickets/{ticket}/claim", static (string id, string ticket, SaleEndpoints e, CancellationToken cancel) => e.ClaimAsync(id, ticket, cancel)).WithName("prepareOutageClaim").Produces<ClaimView>();
        group.MapGet("token", static (string id, SaleEndpoints e, CancellationToken cancel) => e.TokenAsync(id, cancel)).WithName("readToken").Produces<TokenView>();
    }

    /// <summary>A sale of a broadcast.</summary>
    /// <exception cref="RefusedException">It has no such sale.</exception>
    public static async Task<SeenSale> FindAsync(ChainView view, BroadcastId broadcast, string number, CancellationToken cancel) =>
        ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var sale) && sale <= long.MaxValue && await view.SaleAsync(sale, cancel) is { } seen && seen.Broadcast == broadcast
            ? seen : throw new RefusedException(ChainRefusals.SaleUnknown);

    /// <summary>A transaction for somebody's own wallet.</summary>
    public static UnsignedView Unsigned(ChainSettings settings, Address to, byte[] data, UInt128 value = default) =>
        new(settings.Deployment.Chain.Value, to.ToChecksumText(), HexText.Of(data), HexText.Quantity(value));

    private async Task<IResult> ListAsync(string id, CancellationToken cancel) => Results.Ok(new SaleListView(
        settings.Deployment.Chain.Value, settings.Deployment.Tickets.ToChecksumText(),
        [.. (await view.SalesAsync(Broadcast(id), cancel)).Select(static s => new SaleView(
            s.Sale, s.State.State, s.State.Cancelled, s.State.Broadcaster, s.Sold, JsonSerializer.SerializeToElement(s.State.Terms, SaleTermsJson.Default.SaleTerms)))]));

    private async Task<IResult> BuyAsync(string id, string sale, CancellationToken cancel)
    {
        var found = await FindAsync(view, Broadcast(id), sale, cancel);
        var price = UInt128.Parse(found.State.Terms.Price, CultureInfo.InvariantCulture);
        var native = found.State.Terms.Currency == Address.Zero.ToString();
        var buying = Unsigned(settings, settings.Deployment.Tickets, TicketsCalls.Buy(new(found.Sale)), native ? price : 0);
        return Results.Ok(new PurchaseView(
            buying.ChainId, buying.To, buying.Data, buying.Value,
            !native && price > 0 && Address.TryParse(found.State.Terms.Currency, out var currency) ? Unsigned(settings, currency, Erc20Calls.Approve(settings.Deployment.Tickets, price)) : null));
    }

    private async Task<IResult> TicketsAsync(string id, string? wallet, CancellationToken cancel) => Address.TryParse(wallet, out var holder)
        ? Results.Ok(new TicketListView([.. (await view.TicketsAsync(holder, Broadcast(id), cancel)).Select(static t => new TicketView(
            t.Ticket, t.State.Sale, t.State.Standing, t.State.Face.ToString(CultureInfo.InvariantCulture), t.State.Paid.ToString(CultureInfo.InvariantCulture)))]))
        : ChainRefusals.AddressInvalid.ToResult();

    private async Task<IResult> RefundAsync(string id, string ticket, CancellationToken cancel)
    {
        var found = await TicketAsync(id, ticket, cancel);
        return Results.Ok(Unsigned(settings, settings.Deployment.Tickets, TicketsCalls.Refund(new(found.Ticket), Holder(found))));
    }

    private async Task<IResult> ClaimAsync(string id, string ticket, CancellationToken cancel)
    {
        var found = await TicketAsync(id, ticket, cancel);
        return await claims.PrepareAsync(found, cancel) is var (session, gaps, outages)
            ? Results.Ok(new ClaimView(
                Unsigned(settings, settings.Deployment.Tickets, TicketsCalls.ClaimOutages(new(found.Ticket), session, gaps, Holder(found))),
                [.. outages.Select(static o => new OutageView(o.From, o.Until))]))
            : ChainRefusals.NothingToClaim.ToResult();
    }

    private async Task<IResult> TokenAsync(string id, CancellationToken cancel)
    {
        var broadcast = Broadcast(id);
        return await view.TokenAsync(broadcast, cancel) is { } token
            ? Results.Ok(new TokenView(
                settings.Deployment.Chain.Value, settings.Deployment.Ownership.ToChecksumText(), OwnershipToken.Of(broadcast.Value).ToString(), token.Owner, token.Controller, token.Identity, token.ContentRoot))
            : ChainRefusals.TokenUnknown.ToResult();
    }

    private async Task<SeenTicket> TicketAsync(string id, string number, CancellationToken cancel) =>
        ulong.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var ticket) && ticket <= long.MaxValue
        && await view.TicketAsync(ticket, cancel) is { } seen && seen.Broadcast == Broadcast(id) && seen.State.Holder is not null
            ? seen : throw new RefusedException(ChainRefusals.TicketUnknown);

    private static Address Holder(SeenTicket ticket) => Address.TryParse(ticket.State.Holder, out var holder) ? holder : throw new RefusedException(ChainRefusals.TicketUnknown);

    private static BroadcastId Broadcast(string id) => BroadcastId.TryParse(id, out var broadcast) ? broadcast : throw new RefusedException(ChainRefusals.BroadcastUnknown);
}
