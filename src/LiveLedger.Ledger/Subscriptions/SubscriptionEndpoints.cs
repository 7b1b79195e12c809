using System.Security.Claims;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Schema;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Ledger.Subscriptions;

/// <summary>How far the messages to the outside are.</summary>
internal static class SubscriptionEndpoints
{
    private static readonly string s_list = Sql.Load("Subscriptions/list_subscriptions.sql");

    public static void Map(RouteGroupBuilder ledger) =>
        ledger.MapGet("subscriptions", static (ClaimsPrincipal user, HttpContext http, LedgerDatabase database) => ListAsync(user, database, http)).WithName("listSubscriptions");

    private static async Task<IResult> ListAsync(ClaimsPrincipal user, LedgerDatabase database, HttpContext http)
    {
        if (AuditAccess.RefuseWorkings(user) is { } refusal)
        {
            return refusal.ToResult();
        }

        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new
        {
            items = await LedgerUnavailableException.GuardAsync(async () =>
            {
                await using var command = database.Source.CreateCommand(s_list);
                await using var rows = await command.ExecuteReaderAsync(http.RequestAborted);
                var items = new List<object>();
                while (await rows.ReadAsync(http.RequestAborted))
                {
                    items.Add(new { name = rows.GetString(0), next = rows.GetInt64(1), lag = rows.GetInt64(2) - rows.GetInt64(1) });
                }

                return items;
            }),
        });
    }
}
