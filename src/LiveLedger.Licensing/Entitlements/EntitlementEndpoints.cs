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

        var granted = await book.GrantAsync(broadcast, pseudonyms.Of(broadcast, body.Viewer!), context.RequestAborted);
        return Results.Created($"/v1/broadcasts/{broadcast}/entitlements/{granted.Id}", EntitlementView.Of(broadcast, granted));
    }

    private async Task<IResult> ReadAsync(string id, string entitlement, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ReadableAsync(id, user, cancel);
        return EntitlementId.TryParse(entitlement, out var named) && await book.ReadAsync(broadcast, named, cancel) is { } found
            ? Results.Ok(EntitlementView.Of(broadcast, found))
            : s_unknown.ToResult();
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
/// <param name="Viewer">The shop's own name for the viewer; it is not stored.</param>
internal sealed record GrantEntitlementRequest(string? Viewer);

/// <summary>An entitlement, without the viewer.</summary>
internal sealed record EntitlementView(string Id, string Broadcast, DateTimeOffset GrantedAt, string State, DateTimeOffset? RevokedAt)
{
    public static EntitlementView Of(BroadcastId broadcast, Entitlement e) =>
        new(e.Id.ToString(), broadcast.ToString(), e.GrantedAt, e.Holds ? "active" : "revoked", e.RevokedAt);
}
