using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Relay.Http;

/// <summary>Pages of any origin may read everything here, as at the origin: it is public, and no answer depends on who asks.</summary>
internal static class AnyOrigin
{
    public static void UseAnyOrigin(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = "ETag, Content-Range, Content-Length, Accept-Ranges, Retry-After, Date";
        if (!HttpMethods.IsOptions(context.Request.Method) || !context.Request.Headers.ContainsKey("Access-Control-Request-Method"))
        {
            return next(context);
        }

        // A browser asks before it sends If-None-Match, or several ranges (Fetch §3.2.2).
        headers.AccessControlAllowMethods = "GET, HEAD";
        headers.AccessControlAllowHeaders = "Range, If-Range, If-None-Match";
        headers.AccessControlMaxAge = "3600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    });
}
