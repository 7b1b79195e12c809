using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Playbacks;

/// <summary><c>/v1/playbacks/{id}</c>: a playback's signs of life, its end, and word of what ends it.</summary>
internal sealed class PlaybackEndpoints(LicenceDesk desk, AskerReader askers, OpenPlaybacks playbacks, LicensingLinks links, TimeProvider time)
{
    /// <summary>Somebody else's looks as if it did not exist.</summary>
    public static readonly Refusal Unknown = new(404, "playback-unknown", "No such playback is open here; a licence request opens one, or goes on with it.");

    // How often it is looked whether a playback may go on; each look is a few reads of memory.
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);

    // A proxy that hears nothing for long hangs up.
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(15);

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/playbacks/{id}").WithTags("licences");
        group.MapPost("heartbeat", static (string id, PlaybackEndpoints e, HttpContext context) => e.BeatAsync(id, context)).WithName("renewPlayback").Produces<HeartbeatView>();
        group.MapGet("", static (string id, PlaybackEndpoints e, HttpContext context) => e.Read(id, context)).WithName("readPlayback").Produces<OwnPlaybackView>();
        group.MapDelete("", static (string id, PlaybackEndpoints e, HttpContext context) => e.CloseAsync(id, context)).WithName("closePlayback").Produces(204);
        group.MapGet("events", static (string id, PlaybackEndpoints e, HttpContext context) => e.TellAsync(id, context)).WithName("followPlayback");
        return group;
    }

    /// <summary><c>GET /v1/broadcasts/{id}/playbacks</c>, for its broadcaster.</summary>
    public static void MapList(RouteGroupBuilder broadcasts) =>
        broadcasts.MapGet("{id}/playbacks", static (string id, ClaimsPrincipal user, PlaybackEndpoints e, CancellationToken cancel) => e.ListAsync(id, user, cancel))
            .WithName("listPlaybacks").WithTags("licences").Produces<PlaybackListView>();

    private async Task<IResult> BeatAsync(string id, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (Find(id, context) is not { } playback)
        {
            return Unknown.ToResult();
        }

        if (await desk.BeatAsync(playback, askers.RegionOf(context), context.RequestAborted) is not { } ending)
        {
            return Results.Ok(new HeartbeatView((int)OpenPlaybacks.Lease.TotalSeconds));
        }

        context.Response.Headers[DecisionEndpoint.Header] = ending.Event.ToString();
        return LicenceRefusals.Of(ending.Reason).ToResult();
    }

    private IResult Read(string id, HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Find(id, context) is { } playback
            ? Results.Ok(new OwnPlaybackView(playback.Id.ToString(), playback.OpenedAt, playback.Decision.ToString()))
            : Unknown.ToResult();
    }

    private async Task<IResult> CloseAsync(string id, HttpContext context)
    {
        if (Find(id, context) is not { } playback)
        {
            return Unknown.ToResult();
        }

        await desk.CloseAsync(playback);
        return Results.NoContent();
    }

    // Server-sent events (HTML §9.2): one event, which is the last, or none; comments keep the line open.
    private async Task TellAsync(string id, HttpContext context)
    {
        if (Find(id, context) is not { } playback)
        {
            await Unknown.ToResult().ExecuteAsync(context);
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var cancel = context.RequestAborted;
        await SayAsync(context, ": open\n\n");
        var said = time.GetTimestamp();
        try
        {
            while (true)
            {
                // Looked up each time: a line outlives the table of regions that it began under.
                if (await EndsAsync(playback, askers.RegionOf(context), cancel) is var (reason, decision))
                {
                    await SayAsync(context, $"event: {EventOf(reason)}\ndata: {{\"code\":\"{reason.Code()}\",\"decision\":\"{decision}\"}}\n\n");
                    return;
                }

                if (playbacks.Find(playback.Id) != playback)
                {
                    // Closed, silent for longer than its lease, or open in another process: there is no more to say here.
                    return;
                }

                if (time.GetElapsedTime(said) >= s_quiet)
                {
                    await SayAsync(context, ": still open\n\n");
                    said = time.GetTimestamp();
                }

                await Task.Delay(s_look, time, cancel);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The page went away.
        }
    }

    private async Task<PlaybackEnding?> EndsAsync(Playback playback, string? region, CancellationToken cancel)
    {
        try
        {
            return await desk.EndsAsync(playback, region, cancel);
        }
        catch (RefusedException)
        {
            // A no that cannot be written down is not said; the next look says it.
            return null;
        }
    }

    private static async Task SayAsync(HttpContext context, string text)
    {
        await context.Response.WriteAsync(text, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    private async Task<IResult> ListAsync(string id, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.OwnedAsync(id, user, cancel);
        var open = playbacks.List(broadcast).OrderBy(static p => p.OpenedAt).Take(1000);
        return Results.Ok(new PlaybackListView([.. open.Select(p => new PlaybackView(
            p.Id.ToString(), p.Entitlement.ToString(), p.OpenedAt, (long)time.GetElapsedTime(p.RenewedAt).TotalSeconds))]));
    }

    // Somebody else's looks as if it did not exist.
    private Playback? Find(string id, HttpContext context)
    {
        var asker = askers.Read(context);
        return PlaybackId.TryParse(id, out var named) && playbacks.Find(named) is { } playback && playback.Broadcast == asker.Broadcast && playback.Viewer == asker.Viewer ? playback : null;
    }

    private static string EventOf(LicenceReason reason) => reason switch
    {
        LicenceReason.BroadcastTakenDown or LicenceReason.BroadcastUnknown => "taken-down",
        LicenceReason.EntitlementSuspended => "suspended",
        LicenceReason.PlaybackDropped => "dropped",
        LicenceReason.ViewingWindowClosed or LicenceReason.PlaybackExpired => "expired",
        LicenceReason.RegionBlocked => "blocked",
        _ => "revoked",
    };
}

/// <summary>The playback goes on.</summary>
/// <param name="LeaseSeconds">Without another sign of life it is closed after so long; a third of it is a good interval.</param>
internal sealed record HeartbeatView(int LeaseSeconds);

/// <summary>A viewer's own playback.</summary>
/// <param name="Id">Its id.</param>
/// <param name="OpenedAt">Since when.</param>
/// <param name="Decision">The event that its first licence at this server is.</param>
internal sealed record OwnPlaybackView(string Id, DateTimeOffset OpenedAt, string Decision);

/// <summary>The playbacks that are open at this server, at most 1000.</summary>
internal sealed record PlaybackListView(IReadOnlyList<PlaybackView> Items);

/// <summary>An open playback.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Entitlement">By which right.</param>
/// <param name="OpenedAt">Since when.</param>
/// <param name="SilentSeconds">Since its last sign of life.</param>
internal sealed record PlaybackView(string Id, string Entitlement, DateTimeOffset OpenedAt, long SilentSeconds);
