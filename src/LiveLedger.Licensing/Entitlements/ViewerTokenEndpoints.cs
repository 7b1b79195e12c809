using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Entitlements;

/// <summary><c>POST /v1/broadcasts/{id}/viewer-tokens</c>: the shop lets one viewer ask for licences of one broadcast, for a while.</summary>
internal sealed class ViewerTokenEndpoints(LicensingLinks links, LicensingOptions options)
{
    private const int MaxSeconds = 86_400;

    private static readonly Refusal s_lifetime = new(400, "lifetime-invalid", $"lifetimeSeconds is 1 to {MaxSeconds}.");

    public static void Map(RouteGroupBuilder broadcasts) =>
        broadcasts.MapPost("{id}/viewer-tokens", static (string id, IssueViewerTokenRequest body, ClaimsPrincipal user, ViewerTokenEndpoints e, HttpContext context) =>
            e.IssueAsync(id, body, user, context)).WithName("issueViewerToken").WithTags("tokens").Produces<ViewerTokenView>(201);

    private async Task<IResult> IssueAsync(string id, IssueViewerTokenRequest body, ClaimsPrincipal user, HttpContext context)
    {
        var broadcast = await links.OwnedAsync(id, user, context.RequestAborted);
        if (!ViewerPseudonyms.IsViewer(body.Viewer))
        {
            return EntitlementEndpoints.ViewerInvalid.ToResult();
        }

        if (body.LifetimeSeconds is not { } seconds || seconds < 1 || seconds > MaxSeconds)
        {
            return s_lifetime.ToResult();
        }

        var (token, expiresAt) = links.IssueViewerToken(body.Viewer!, broadcast, TimeSpan.FromSeconds(seconds));
        var identity = await links.IdentityOf(broadcast, context.RequestAborted);
        var site = options.PublicUrl ?? $"{context.Request.Scheme}://{context.Request.Host}";
        // In the fragment, which browsers keep to themselves: no server, proxy or Referer sees it.
        var watchUrl = $"{site}/watch/{broadcast}#token={token}{(identity is null ? "" : $"&identity={identity}")}";
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new ViewerTokenView(token, expiresAt, watchUrl), statusCode: 201);
    }
}

/// <summary>For whom, and how long.</summary>
/// <param name="Viewer">The shop's own name for the viewer; it goes into the token only.</param>
/// <param name="LifetimeSeconds">1 to 86,400.</param>
internal sealed record IssueViewerTokenRequest(string? Viewer, long? LifetimeSeconds);

/// <summary>The token, and the address of a page that plays with it.</summary>
internal sealed record ViewerTokenView(string Token, DateTimeOffset ExpiresAt, string WatchUrl);
