using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Offers;

/// <summary><c>/v1/broadcasts/{id}/offers</c>: what a broadcaster has for sale.</summary>
internal sealed class OfferEndpoints(OfferBook book, IdempotencyKeys commands, LicensingLinks links)
{
    private static readonly Refusal s_unknown = new(404, "offer-unknown", "This broadcast has no such offer.");
    private static readonly Refusal s_withdrawn = new(409, "offer-withdrawn", "This offer was withdrawn.");

    public static void Map(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}/offers").WithTags("offers");
        group.MapPost("", static (string id, OfferBody body, ClaimsPrincipal user, OfferEndpoints e, HttpContext context) => e.CreateAsync(id, body, user, context))
            .WithName("createOffer").Produces<OfferView>(201);
        group.MapGet("", static (string id, ClaimsPrincipal user, OfferEndpoints e, CancellationToken cancel) => e.ListAsync(id, user, cancel))
            .WithName("listOffers").Produces<OfferListView>();
        group.MapGet("{offer}", static (string id, string offer, ClaimsPrincipal user, OfferEndpoints e, CancellationToken cancel) => e.ReadAsync(id, offer, user, cancel))
            .WithName("readOffer").Produces<OfferView>();
        group.MapPut("{offer}", static (string id, string offer, OfferBody body, ClaimsPrincipal user, OfferEndpoints e, CancellationToken cancel) =>
            e.ReviseAsync(id, offer, body, user, cancel)).WithName("reviseOffer").Produces<OfferView>();
        group.MapDelete("{offer}", static (string id, string offer, ClaimsPrincipal user, OfferEndpoints e, CancellationToken cancel) =>
            e.WithdrawAsync(id, offer, user, cancel)).WithName("withdrawOffer").Produces(204);
    }

    private async Task<IResult> CreateAsync(string id, OfferBody body, ClaimsPrincipal user, HttpContext context)
    {
        var broadcast = await links.OwnedAsync(id, user, context.RequestAborted);
        Check(body);
        var offer = await book.CreateAsync(broadcast, body, commands.Of(context, user, broadcast, "offer"), context.RequestAborted);
        return Results.Created($"/v1/broadcasts/{broadcast}/offers/{offer}", View(broadcast, (await book.ReadAsync(broadcast, offer, context.RequestAborted))!));
    }

    private async Task<IResult> ListAsync(string id, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ReadableAsync(id, user, cancel);
        return Results.Ok(new OfferListView([.. (await book.ListAsync(broadcast, cancel)).Select(o => View(broadcast, o))]));
    }

    private async Task<IResult> ReadAsync(string id, string offer, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ReadableAsync(id, user, cancel);
        return OfferId.TryParse(offer, out var named) && await book.ReadAsync(broadcast, named, cancel) is { } found
            ? Results.Ok(View(broadcast, found))
            : s_unknown.ToResult();
    }

    private async Task<IResult> ReviseAsync(string id, string offer, OfferBody body, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.OwnedAsync(id, user, cancel);
        Check(body);
        if (!OfferId.TryParse(offer, out var named))
        {
            return s_unknown.ToResult();
        }

        var revised = await book.ReviseAsync(broadcast, named, body, cancel);
        return await book.ReadAsync(broadcast, named, cancel) is not { } now ? s_unknown.ToResult() : revised ? Results.Ok(View(broadcast, now)) : s_withdrawn.ToResult();
    }

    private async Task<IResult> WithdrawAsync(string id, string offer, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.OwnedAsync(id, user, cancel);
        return OfferId.TryParse(offer, out var named) && await book.WithdrawAsync(broadcast, named, cancel) ? Results.NoContent() : s_unknown.ToResult();
    }

    private static void Check(OfferBody body)
    {
        if (!OfferReading.TryRead(body, out _, out var fault))
        {
            throw new RefusedException(new(400, "offer-invalid", $"The offer will not do: {fault}."));
        }
    }

    private static OfferView View(BroadcastId broadcast, Offer o) => new(o.Id.ToString(), broadcast.ToString(), o.Version, o.Body, o.CreatedAt, o.WithdrawnAt is null ? "for-sale" : "withdrawn", o.WithdrawnAt);
}

/// <summary>An offer.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Broadcast">The broadcast.</param>
/// <param name="Version">From 1, one more with each revision. What was sold stays under the version it was sold under.</param>
/// <param name="Terms">Its name and terms, as they were given.</param>
/// <param name="CreatedAt">Since when.</param>
/// <param name="State"><c>for-sale</c> or <c>withdrawn</c>.</param>
/// <param name="WithdrawnAt">When it was taken from sale.</param>
internal sealed record OfferView(string Id, string Broadcast, int Version, OfferBody Terms, DateTimeOffset CreatedAt, string State, DateTimeOffset? WithdrawnAt);

/// <summary>The offers of a broadcast.</summary>
internal sealed record OfferListView(IReadOnlyList<OfferView> Items);
