using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>
/// <c>GET /v1/ticket</c>: what a viewer's ticket asks of its player, before a licence opens a playback and a rental's time begins. It decides nothing: whether the ticket holds is
/// the licence's to say.
/// </summary>
internal static class TicketEndpoint
{
    private static readonly Refusal s_unknown = new(404, "entitlement-unknown", "This viewer has no ticket for this broadcast.");

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/v1/ticket", static (HttpContext context, EntitlementBook entitlements, OfferBook offers, BroadcastWatch broadcasts, AskerReader askers) =>
            AnswerAsync(context, entitlements, offers, broadcasts, askers))
        .WithName("readTicket").WithTags("licences").Produces<TicketView>();

    private static async Task<IResult> AnswerAsync(HttpContext context, EntitlementBook entitlements, OfferBook offers, BroadcastWatch broadcasts, AskerReader askers)
    {
        context.Response.Headers.CacheControl = "no-store";
        var asker = askers.Read(context);
        if (await entitlements.FindAsync(asker.Broadcast, asker.Viewer, context.RequestAborted) is not { } entitlement)
        {
            return s_unknown.ToResult();
        }

        var terms = await offers.TermsOfAsync(entitlement.Sold, context.RequestAborted);
        var peers = (await broadcasts.FindAsync(asker.Broadcast, context.RequestAborted))?.Peers;
        return Results.Ok(new TicketView(terms.PeerSharing.In(peers).Name(), (peers ?? BroadcastPeers.Relays).ToString().ToLowerInvariant()));
    }
}

/// <summary>A ticket's terms, as far as a player has to ask its viewer.</summary>
/// <param name="PeerSharing"><c>optional</c>, <c>required</c> or <c>forbidden</c>: what the offer says, and <c>forbidden</c> throughout in a private broadcast.</param>
/// <param name="Peers"><c>viewers</c>, or <c>relays</c> in a private broadcast.</param>
internal sealed record TicketView(string PeerSharing, string Peers);
