using System.Security.Claims;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Tracker;

/// <summary><c>GET /v1/broadcasts/{id}/swarm</c>: how a broadcast's swarm does, as its players say. Its broadcaster sees it live.</summary>
internal sealed class FiguresEndpoint(Rooms rooms, SwarmLinks links)
{
    public static void Map(RouteGroupBuilder broadcasts) =>
        broadcasts.MapGet("{id}/swarm", static (string id, ClaimsPrincipal user, FiguresEndpoint e, HttpContext context) => e.ReadAsync(id, user, context))
            .WithName("readSwarm").WithTags("swarm").Produces<SwarmView>();

    private async Task<IResult> ReadAsync(string id, ClaimsPrincipal user, HttpContext context)
    {
        var broadcast = await links.ManagedBy(id, user, context.RequestAborted);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Ok(ViewOf(broadcast));
    }

    private SwarmView ViewOf(BroadcastId broadcast)
    {
        if (rooms.Find(broadcast)?.State is not { } state)
        {
            return new(0, 0, 0, new(0, 0, 0, 0, 0, 0, 0), new(0, 0, 0, 0, 0, 0, 0), Offload: null, StallsPerViewerHour: null, LatencyMs: null);
        }

        var (minute, peered) = (state.LastMinute, state.LastMinute.Peers + state.LastMinute.Relays);
        return new(
            state.Viewers, state.Relays, state.Links, PartOf(state.Total), PartOf(minute),
            peered + minute.Origin > 0 ? Math.Round(peered / (double)(peered + minute.Origin), 4) : null,
            state.Viewers > 0 ? Math.Round(minute.Stalls * 60.0 / state.Viewers, 2) : null,
            state.LatencyMs);
    }

    private static SwarmPartView PartOf(PlayerFigures f) => new(f.Origin, f.Relays, f.Peers, f.Sent, f.Refused, f.Stalls, f.StalledMs);
}

/// <summary>A swarm at this server's tracker. Bytes, stalls and latency are what players say of themselves.</summary>
/// <param name="Viewers">Viewers that are there.</param>
/// <param name="Relays">Relays that are there.</param>
/// <param name="Links">Links that are up, as players say.</param>
/// <param name="Total">Since the first of them came.</param>
/// <param name="LastMinute">In the last minute.</param>
/// <param name="Offload">Of the last minute's bytes, the share that did not come from the origin, 0 to 1; null without any.</param>
/// <param name="StallsPerViewerHour">By the last minute's; null without viewers.</param>
/// <param name="LatencyMs">Median of what players say they are behind the edge; null if none does.</param>
internal sealed record SwarmView(int Viewers, int Relays, int Links, SwarmPartView Total, SwarmPartView LastMinute, double? Offload, double? StallsPerViewerHour, long? LatencyMs);

/// <summary>Figures of a span of time.</summary>
/// <param name="Origin">Bytes from the origin.</param>
/// <param name="Relays">Bytes from relays.</param>
/// <param name="Peers">Bytes from viewers.</param>
/// <param name="Sent">Bytes that viewers sent.</param>
/// <param name="Refused">Chunks that were not what their record says.</param>
/// <param name="Stalls">Times that playback stood still.</param>
/// <param name="StalledMs">For so long.</param>
internal sealed record SwarmPartView(long Origin, long Relays, long Peers, long Sent, long Refused, long Stalls, long StalledMs);
