using LiveLedger.Media;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Swarm.Tracker;

/// <summary>The address of a broadcast's tracker: what an admission names, and a join is signed for.</summary>
internal sealed class TrackerAddress(SwarmOptions options, RoomPlaces places)
{
    /// <summary>Where the WebSocket is.</summary>
    public const string Path = "/v1/swarm";

    /// <summary>The address to name to who asks: ours or, of several servers, that of the one which has the room.</summary>
    public ValueTask<Uri> OfAsync(BroadcastId broadcast, HttpContext context, CancellationToken cancel) =>
        options.OwnUrl is null ? new(Own(context)) : places.FindAsync(broadcast, Own(context), cancel);

    /// <summary>True if a join that was signed for this address is for us.</summary>
    public bool IsOurs(Uri tracker, HttpContext context) => tracker == Own(context);

    private Uri Own(HttpContext context)
    {
        var web = options.OwnUrl ?? options.PublicUrl ?? $"{context.Request.Scheme}://{context.Request.Host}";
        // http: → ws:, https: → wss:
        return new($"ws{web[4..]}{Path}");
    }
}
