using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Entitlements;

/// <summary><c>/v1/broadcasts/{id}/entitlements</c>: what a broadcaster's shop calls when a ticket is sold or given back.</summary>
internal sealed class EntitlementEndpoints(EntitlementBook book, ViewerPseudonyms pseudonyms, LicensingLinks links)
{
    internal static readonly Refusal ViewerInvalid =
        new(400, "viewer-invalid", $"A viewer has 1 to {ViewerPseudonyms.MaxViewerLength} characters and no control characters.");

    private static readonly Refusal s_unknown = new(404, "entitlement-unknown", "This broadcast has no such entitlement.");

    public static void Map(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}/entitlements").WithTags("entitlements");
        group.MapPost("", static (string id, GrantEntitlementRequest body, ClaimsPrincipal user, EntitlementEndpoints e, HttpContext context) =>
            e.GrantAsync(id, body, user, context)).WithName("grantEntitlement").Produces<EntitlementView>(201);
        group.MapGet("{entitlement}", static (string id, string entitlement, ClaimsPrincipal user, EntitlementEndpoints e, CancellationToken cancel) =>
            e.ReadAsync(id, entitlement, user, cancel)).WithName("readEntitlement").Produces<EntitlementView>();
        group.MapDelete("{entitlement}", static (string id, string entitlement, ClaimsPrincipal user, EntitlementEndpoints e, CancellationToken cancel) =>
            e.RevokeAsync(id, entitlement, user, cancel)).WithName("revokeEntitlement").Produces(204);
    }

    private async Task<IResult> GrantAsync(string id, GrantEntitlementRequest body, ClaimsPrincipal user, HttpContext context)
    {
        var broadcast = await links.OwnedAsync(id, user, context.RequestAborted);
        if (!ViewerPseudonyms.IsViewer(body.Viewer))
        {
            return ViewerInvalid.ToResult();
        }

        var granted = await book.GrantAsync(broadcast, pseudonyms.Seal(broadcast, body.Viewer!), context.RequestAborted);
        return Results.Created($"/v1/broadcasts/{broadcast}/entitlements/{granted.Id}", View(broadcast, granted, user));
    }

    private async Task<IResult> ReadAsync(string id, string entitlement, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ReadableAsync(id, user, cancel);
        return EntitlementId.TryParse(entitlement, out var named) && await book.ReadAsync(broadcast, named, cancel) is { } found
            ? Results.Ok(View(broadcast, found, user))
            : s_unknown.ToResult();
    }

    // The broadcaster's shop knows its viewers by name anyway; operators and auditors have no need to.
    private EntitlementView View(BroadcastId broadcast, Entitlement e, ClaimsPrincipal user)
    {
        var opened = e.Viewer is { } viewer ? pseudonyms.Open(broadcast, viewer.Subject, viewer.Name) : null;
        var mayName = user.FindFirst("role")?.Value == "broadcaster";
        return new(e.Id.ToString(), broadcast.ToString(), mayName ? opened : null, e.Viewer is not null && opened is null,
            e.GrantedAt, e.Holds ? "active" : "revoked", e.RevokedAt);
    }

    private async Task<IResult> RevokeAsync(string id, string entitlement, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.OwnedAsync(id, user, cancel);
        return EntitlementId.TryParse(entitlement, out var named) && await book.RevokeAsync(broadcast, named, cancel)
            ? Results.NoContent()
            : s_unknown.ToResult();
    }
}

/// <summary>Whom to entitle.</summary>
/// <param name="Viewer">The shop's own name for the viewer. Stored sealed by a key of the viewer's own, until it is erased.</param>
internal sealed record GrantEntitlementRequest(string? Viewer);

/// <summary>An entitlement.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Broadcast">The broadcast.</param>
/// <param name="Viewer">The shop's name for the viewer, for the broadcaster only; null if it was erased.</param>
/// <param name="ViewerErased">True if the viewer's name was there and was erased.</param>
/// <param name="GrantedAt">Since when.</param>
/// <param name="State"><c>active</c> or <c>revoked</c>.</param>
/// <param name="RevokedAt">When it ended.</param>
internal sealed record EntitlementView(
    string Id, string Broadcast, string? Viewer, bool ViewerErased, DateTimeOffset GrantedAt, string State, DateTimeOffset? RevokedAt);
