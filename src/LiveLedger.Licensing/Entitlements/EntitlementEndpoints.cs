using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Entitlements;

/// <summary><c>/v1/broadcasts/{id}/entitlements</c>: what a broadcaster's shop calls when a ticket is sold, passed on or given back.</summary>
internal sealed class EntitlementEndpoints(EntitlementBook book, Counter counter, ViewerPseudonyms pseudonyms, IdempotencyKeys commands, LicensingLinks links)
{
    internal static readonly Refusal ViewerInvalid =
        new(400, "viewer-invalid", $"A viewer has 1 to {ViewerPseudonyms.MaxViewerLength} characters and no control characters.");

    private const int MaxPage = 1000;

    private static readonly Refusal s_unknown = new(404, "entitlement-unknown", "This broadcast has no such entitlement.");
    private static readonly Refusal s_page = new(400, "page-invalid", $"after is an entitlement's id, limit 1 to {MaxPage}.");

    public static void Map(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}/entitlements").WithTags("entitlements");
        group.MapPost("", static (string id, GrantEntitlementRequest body, ClaimsPrincipal user, EntitlementEndpoints e, HttpContext context) =>
            e.GrantAsync(id, body, user, context)).WithName("grantEntitlement").Produces<EntitlementView>(201);
        group.MapGet("", static (string id, string? after, int? limit, ClaimsPrincipal user, EntitlementEndpoints e, CancellationToken cancel) =>
            e.ListAsync(id, after, limit, user, cancel)).WithName("listEntitlements").Produces<EntitlementListView>();
        group.MapGet("{entitlement}", static (string id, string entitlement, ClaimsPrincipal user, EntitlementEndpoints e, CancellationToken cancel) =>
            e.ReadAsync(id, entitlement, user, cancel)).WithName("readEntitlement").Produces<EntitlementView>();
        group.MapDelete("{entitlement}", static (string id, string entitlement, ClaimsPrincipal user, EntitlementEndpoints e, CancellationToken cancel) =>
            e.ChangeAsync(id, entitlement, user, (b, i, c) => e.Book.RevokeAsync(b, i, c), cancel)).WithName("revokeEntitlement").Produces(204);
        group.MapPost("{entitlement}/refund", static (string id, string entitlement, ClaimsPrincipal user, EntitlementEndpoints e, CancellationToken cancel) =>
            e.ChangeAsync(id, entitlement, user, (b, i, c) => e.Book.RefundAsync(b, i, c), cancel)).WithName("refundEntitlement").Produces(204);
        group.MapPost("{entitlement}/suspension", static (string id, string entitlement, ClaimsPrincipal user, EntitlementEndpoints e, CancellationToken cancel) =>
            e.ChangeAsync(id, entitlement, user, (b, i, c) => e.Book.SuspendAsync(b, i, c), cancel)).WithName("suspendEntitlement").Produces(204);
        group.MapDelete("{entitlement}/suspension", static (string id, string entitlement, ClaimsPrincipal user, EntitlementEndpoints e, CancellationToken cancel) =>
            e.ChangeAsync(id, entitlement, user, (b, i, c) => e.Book.ResumeAsync(b, i, c), cancel)).WithName("resumeEntitlement").Produces(204);
        group.MapPost("{entitlement}/transfer", static (string id, string entitlement, TransferEntitlementRequest body, ClaimsPrincipal user, EntitlementEndpoints e, CancellationToken cancel) =>
            e.TransferAsync(id, entitlement, body, user, cancel)).WithName("transferEntitlement").Produces<EntitlementView>();
    }

    private EntitlementBook Book => book;

    private async Task<IResult> GrantAsync(string id, GrantEntitlementRequest body, ClaimsPrincipal user, HttpContext context)
    {
        var broadcast = await links.OwnedAsync(id, user, context.RequestAborted);
        var granted = await counter.SellAsync(broadcast, body, commands.Of(context, user, broadcast, "entitlement"), context.RequestAborted);
        return Results.Created($"/v1/broadcasts/{broadcast}/entitlements/{granted.Id}", View(broadcast, granted, user));
    }

    private async Task<IResult> ListAsync(string id, string? after, int? limit, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ReadableAsync(id, user, cancel);
        var behind = default(EntitlementId);
        if (after is not null && !EntitlementId.TryParse(after, out behind) || limit is < 1 or > MaxPage)
        {
            return s_page.ToResult();
        }

        var count = limit ?? 100;
        var found = await book.ListAsync(broadcast, behind, count, cancel);
        return Results.Ok(new EntitlementListView([.. found.Select(e => View(broadcast, e, user))], found.Count == count ? found[^1].Id.ToString() : null));
    }

    private async Task<IResult> ReadAsync(string id, string entitlement, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ReadableAsync(id, user, cancel);
        return EntitlementId.TryParse(entitlement, out var named) && await book.ReadAsync(broadcast, named, cancel) is { } found
            ? Results.Ok(View(broadcast, found, user))
            : s_unknown.ToResult();
    }

    private async Task<IResult> ChangeAsync(string id, string entitlement, ClaimsPrincipal user, Func<BroadcastId, EntitlementId, CancellationToken, Task<bool>> change, CancellationToken cancel)
    {
        var broadcast = await links.OwnedAsync(id, user, cancel);
        return EntitlementId.TryParse(entitlement, out var named) && await change(broadcast, named, cancel) ? Results.NoContent() : s_unknown.ToResult();
    }

    private async Task<IResult> TransferAsync(string id, string entitlement, TransferEntitlementRequest body, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.OwnedAsync(id, user, cancel);
        if (!ViewerPseudonyms.IsViewer(body.Viewer))
        {
            return ViewerInvalid.ToResult();
        }

        return EntitlementId.TryParse(entitlement, out var named) && await book.ReadAsync(broadcast, named, cancel) is not null
            && await book.TransferAsync(broadcast, named, pseudonyms.Seal(broadcast, body.Viewer!), cancel) && await book.ReadAsync(broadcast, named, cancel) is { } now
            ? Results.Ok(View(broadcast, now, user))
            : s_unknown.ToResult();
    }

    // The broadcaster's shop knows its viewers by name anyway; operators and auditors have no need to.
    private EntitlementView View(BroadcastId broadcast, Entitlement e, ClaimsPrincipal user)
    {
        var opened = e.Viewer is { } viewer ? pseudonyms.Open(broadcast, viewer.Subject, viewer.Name) : null;
        var mayName = user.FindFirst("role")?.Value == "broadcaster";
        return new(e.Id.ToString(), broadcast.ToString(), mayName ? opened : null, e.Viewer is not null && opened is null,
            e.GrantedAt, EntitlementTables.NameOf(e.Standing), e.EndedAt, e.Sold?.Id.ToString(), e.Sold?.Version);
    }
}

/// <summary>Whom to entitle.</summary>
/// <param name="Viewer">The shop's own name for the viewer. Stored sealed by a key of the viewer's own, until it is erased.</param>
/// <param name="Offer">What was sold: an offer of this broadcast, in its version of now. Left out: everything, no limits.</param>
internal sealed record GrantEntitlementRequest(string? Viewer, string? Offer = null);

/// <summary>Whom to pass it on to.</summary>
/// <param name="Viewer">As in a grant.</param>
internal sealed record TransferEntitlementRequest(string? Viewer);

/// <summary>An entitlement.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Broadcast">The broadcast.</param>
/// <param name="Viewer">The shop's name for the viewer, for the broadcaster only; null if it was erased.</param>
/// <param name="ViewerErased">True if the viewer's name was there and was erased.</param>
/// <param name="GrantedAt">Since when.</param>
/// <param name="State"><c>active</c>, <c>suspended</c>, <c>revoked</c> or <c>refunded</c>.</param>
/// <param name="RevokedAt">When it ended.</param>
/// <param name="Offer">What was sold; null for everything.</param>
/// <param name="OfferVersion">In which version.</param>
internal sealed record EntitlementView(
    string Id, string Broadcast, string? Viewer, bool ViewerErased, DateTimeOffset GrantedAt, string State, DateTimeOffset? RevokedAt, string? Offer, int? OfferVersion);

/// <summary>A page of entitlements.</summary>
/// <param name="Items">By id.</param>
/// <param name="Next">The next page's <c>after</c>; null if this was the last.</param>
internal sealed record EntitlementListView(IReadOnlyList<EntitlementView> Items, string? Next);
