using System.Security.Claims;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Ledger.Projections;

/// <summary>How far the projections are, and the order to rebuild one.</summary>
internal static class ProjectionEndpoints
{
    private static readonly Refusal s_unknown = new(404, "projection-unknown", "there is no such projection");
    private static readonly Refusal s_running = new(409, "rebuild-running", "the projection is being rebuilt already");

    private static readonly string s_list = Sql.Load("Projections/list_projections.sql");

    public static void Map(RouteGroupBuilder ledger)
    {
        ledger.MapGet("projections", static (ClaimsPrincipal user, HttpContext http, LedgerDatabase database) => ListAsync(user, database, http)).WithName("listProjections");
        ledger.MapPost("projections/{name}/rebuild", static (string name, ClaimsPrincipal user, HttpContext http, LedgerDatabase database) =>
            RebuildAsync(name, user, database, http.RequestAborted)).WithName("rebuildProjection");
    }

    private static async Task<IResult> ListAsync(ClaimsPrincipal user, LedgerDatabase database, HttpContext http)
    {
        if (AuditAccess.RefuseWorkings(user) is { } refusal)
        {
            return refusal.ToResult();
        }

        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new
        {
            items = (await ReadAsync(database, http.RequestAborted)).Select(p => new
            {
                p.Place.Name,
                p.Place.Version,
                p.Place.Generation,
                p.Inline,
                // Inline tables are where the appends are.
                next = p.Inline ? (long?)null : p.Place.Next,
                lag = p.Inline ? 0 : p.Size - p.Place.Next,
                rebuild = p.Place.RebuildVersion is { } version ? new { version, next = p.Place.RebuildNext ?? 0, lag = p.Size - (p.Place.RebuildNext ?? 0) } : null,
            }),
        });
    }

    private static async Task<IResult> RebuildAsync(string name, ClaimsPrincipal user, LedgerDatabase database, CancellationToken cancel)
    {
        if (AuditAccess.RefuseOperating(user) is { } refusal)
        {
            return refusal.ToResult();
        }

        if ((await ReadAsync(database, cancel)).All(p => p.Place.Name != name))
        {
            return s_unknown.ToResult();
        }

        return await LedgerUnavailableException.GuardAsync(() => ProjectionTables.RequestRebuildAsync(database, name, cancel)) ? Results.StatusCode(202) : s_running.ToResult();
    }

    private static Task<List<(ProjectionPlace Place, long Size, bool Inline)>> ReadAsync(LedgerDatabase database, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand(s_list);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var places = new List<(ProjectionPlace, long, bool)>();
        while (await rows.ReadAsync(cancel))
        {
            places.Add((new(rows.GetString(0), rows.GetInt32(1), rows.GetInt64(2), rows.GetInt64(3), rows.IsDBNull(4) ? null : rows.GetInt32(4), rows.IsDBNull(5) ? null : rows.GetInt64(5)), rows.GetInt64(6), rows.GetBoolean(7)));
        }

        return places;
    });
}
