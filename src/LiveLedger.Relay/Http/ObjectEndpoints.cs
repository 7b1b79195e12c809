using LiveLedger.Media;
using LiveLedger.Relay.Broadcasts;
using LiveLedger.Relay.Objects;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace LiveLedger.Relay.Http;

/// <summary><c>/live/{broadcast}/…</c> as the origin has it, for signed things only. Manifests are not signed, and so not here.</summary>
internal sealed class ObjectEndpoints(Broadcasts.RelayedBroadcasts broadcasts, RelayCounters counters)
{
    private const string Immutable = "public, max-age=31536000, immutable";
    private const string AMinute = "public, max-age=60";
    private const int Part = 64 * 1024;

    private static readonly string[] s_methods = ["GET", "HEAD"];

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/live/{broadcast}/signer", s_methods, SendSignerAsync);
        routes.MapMethods("/live/{broadcast}/{file}", s_methods, static context => RelayRefusal.Manifest.SendAsync(context));
        routes.MapMethods("/live/{broadcast}/{track}/media.m3u8", s_methods, static context => RelayRefusal.Manifest.SendAsync(context));
        routes.MapMethods("/live/{broadcast}/{track}/{file}", s_methods, SendObjectAsync);
    }

    private Task SendSignerAsync(HttpContext context) =>
        Find(context) is { } broadcast ? SendAsync(context, broadcast, ObjectName.Signer(broadcast.Id)) : RelayRefusal.UnknownBroadcast.SendAsync(context);

    private Task SendObjectAsync(HttpContext context)
    {
        if (Find(context) is not { } broadcast)
        {
            return RelayRefusal.UnknownBroadcast.SendAsync(context);
        }

        var values = context.Request.RouteValues;
        return ObjectName.TryParse(broadcast.Id, values["track"] as string, values["file"] as string, out var name)
            ? SendAsync(context, broadcast, name)
            : RelayRefusal.UnknownObject.SendAsync(context);
    }

    private RelayedBroadcast? Find(HttpContext context) =>
        BroadcastId.TryParse(context.Request.RouteValues["broadcast"] as string, out var id) ? broadcasts.Find(id) : null;

    private static bool IsForAllOfIt(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Headers is { Range.Count: 0, IfNoneMatch.Count: 0, IfMatch.Count: 0, IfModifiedSince.Count: 0, IfUnmodifiedSince.Count: 0 };

    // What nearly everybody asks for, without the copy that a stream of it would cost. In parts: Kestrel takes in whatever it is given at once, and slow readers are many.
    private static async Task SendWholeAsync(HttpContext context, RelayObject value)
    {
        var response = context.Response;
        response.ContentType = value.MediaType;
        response.ContentLength = value.Bytes.Length;
        response.Headers.ETag = $"\"{value.Tag}\"";
        response.Headers.AcceptRanges = "bytes";
        try
        {
            for (var rest = value.Bytes; rest.Length > 0; rest = rest[Math.Min(Part, rest.Length)..])
            {
                await response.Body.WriteAsync(rest[..Math.Min(Part, rest.Length)], context.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody reads on.
        }
    }

    private async Task SendAsync(HttpContext context, RelayedBroadcast broadcast, ObjectName name)
    {
        Found found;
        try
        {
            found = await broadcast.GetAsync(name, context.RequestAborted);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }

        if (found.Object is not { } value)
        {
            await found.Refusal!.SendAsync(context);
            return;
        }

        context.Response.Headers.CacheControl = name.Kind == ObjectKind.Signer ? AMinute : Immutable;
        if (IsForAllOfIt(context.Request))
        {
            await SendWholeAsync(context, value);
        }
        else
        {
            await TypedResults.Bytes(value.Bytes, value.MediaType, enableRangeProcessing: true, entityTag: new EntityTagHeaderValue($"\"{value.Tag}\"")).ExecuteAsync(context);
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            counters.CountSent(context.Response.ContentLength ?? 0);
        }
    }
}
