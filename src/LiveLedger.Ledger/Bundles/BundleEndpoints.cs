using System.Security.Claims;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Transparency.Bundles;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Ledger.Bundles;

/// <summary>Offline bundles, under <c>/v1/ledger/bundles</c>.</summary>
internal static class BundleEndpoints
{
    public static void Map(RouteGroupBuilder ledger) =>
        ledger.MapGet("bundles/{broadcast}", static (string broadcast, ClaimsPrincipal user, HttpContext http, BundleMaker maker, AuditLinks links) =>
            BundleAsync(broadcast, user, http, maker, links)).WithName("readBundle");

    private static async Task<IResult> BundleAsync(string broadcast, ClaimsPrincipal user, HttpContext http, BundleMaker maker, AuditLinks links)
    {
        if (await links.RefuseAsync(user, broadcast, http.RequestAborted) is { } refusal)
        {
            return refusal.ToResult();
        }

        if (!BundleContents.IsName(broadcast))
        {
            return new Refusal(404, "broadcast-unknown", "There is no broadcast of such a name.").ToResult();
        }

        var plan = await maker.PlanAsync(broadcast, http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";

        return Results.Stream(body => maker.WriteAsync(plan, body, http.RequestAborted), "application/zip", $"{broadcast}.bundle.zip");
    }
}
