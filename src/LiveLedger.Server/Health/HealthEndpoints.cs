namespace LiveLedger.Server.Health;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work, or which part cannot.</summary>
internal static class HealthEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/health/live", static () => Results.Json(new { status = "live" })).ExcludeFromDescription();
        routes.MapGet("/health/ready", static async (Readiness readiness, HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-store";
            var view = await readiness.AskAsync(context.RequestAborted);
            return Results.Json(view, statusCode: view.Status == "ready" ? 200 : 503);
        }).ExcludeFromDescription();
    }
}

/// <summary>What <c>/health/ready</c> says.</summary>
/// <param name="Status">ready or not-ready.</param>
/// <param name="Database">reachable or away.</param>
/// <param name="Log">opening, open or halted.</param>
internal sealed record ReadinessView(string Status, string Database, string Log);
