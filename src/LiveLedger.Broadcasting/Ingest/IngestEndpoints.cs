using LiveLedger.Broadcasting.Broadcasts;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Broadcasting.Ingest;

/// <summary><c>/ingest/{broadcast}/…</c>: CMAF over HTTP by DASH-IF Live Media Ingest, interface 1.</summary>
internal sealed class IngestEndpoints(BroadcastBook book, LivePipelines pipelines)
{
    /// <summary>Largest segment taken, in bytes; 10 s of 25 Mbit/s.</summary>
    private const int MaxSegmentBytes = 32 << 20;

    private static readonly Refusal NoKey = new(401, "ingest-key-missing", "Send the broadcast's ingest key as a Bearer token or as the password of Basic.");
    private static readonly Refusal WrongKey = new(403, "ingest-key-wrong", "This is not the broadcast's ingest key.");
    private static readonly Refusal Unknown = new(404, "broadcast-unknown", "There is no such publishing point.");
    private static readonly Refusal NoSuchPath = new(404, "ingest-path-unknown", "Post a track's objects to /ingest/{broadcast}/{track}/{name}.mp4 or .m4s.");
    private static readonly Refusal WrongMedia = new(415, "media-type-unsupported", "Send fragmented MP4 (CMAF).");

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/ingest/{broadcast}/{**path}", ["POST", "PUT", "DELETE"],
            static (string broadcast, string? path, HttpContext context, IngestEndpoints ingest) => ingest.TakeAsync(broadcast, path ?? "", context))
            .ExcludeFromDescription();
    }

    private async Task<IResult> TakeAsync(string broadcast, string path, HttpContext context)
    {
        // Bounded by unit, not by body: a long post has no end.
        context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = null;
        if (!BroadcastId.TryParse(broadcast, out var id))
        {
            return Unknown.ToResult();
        }

        Refusal? refusal;
        try
        {
            refusal = await TryTakeAsync(id, path, context);
        }
        catch (RefusedException e)
        {
            refusal = e.Refusal;
        }
        catch (BadHttpRequestException e)
        {
            refusal = new(e.StatusCode, "body-interrupted", "The request body did not arrive whole.");
        }

        if (refusal is null)
        {
            return Results.Ok();
        }

        pipelines.Refused(id, refusal);
        if (refusal.Status == 401)
        {
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"ingest\", Bearer";
        }

        return refusal.ToResult();
    }

    private async Task<Refusal?> TryTakeAsync(BroadcastId id, string path, HttpContext context)
    {
        if (await book.FindAsync(id, context.RequestAborted) is not { } broadcast)
        {
            return Unknown;
        }

        if (IngestCredentials.Of(context.Request) is not { } key)
        {
            return NoKey;
        }

        if (!IngestKey.Matches(key, broadcast.IngestKeyHash))
        {
            return WrongKey;
        }

        if (HttpMethods.IsDelete(context.Request.Method))
        {
            // The DASH muxer deletes what leaves its window. What is sealed stays: answered, not done.
            return null;
        }

        if (IngestPath.Parse(path) is not { } target)
        {
            return NoSuchPath;
        }

        if (broadcast.TakenDownAt is not null)
        {
            return Withheld.Refusal;
        }

        if (pipelines.Find(id) is not { } live)
        {
            return broadcast.State == BroadcastState.Live ? Refusals.LiveElsewhere : Refusals.NotLive;
        }

        return target switch
        {
            IngestPath.Media when !IsMedia(context.Request.ContentType) => WrongMedia,
            IngestPath.Media media => await TakeMediaAsync(live, live.Track(media.Track), context),
            _ => null,
        };
    }

    private static async Task<Refusal?> TakeMediaAsync(BroadcastPipeline live, TrackPipeline track, HttpContext context)
    {
        var publisher = Identify(context);
        ReleaseWhenClosed(live, context);
        var assembly = new SegmentAssembly(track, publisher, MaxSegmentBytes);
        await foreach (var unit in new IngestBody(context.Request.BodyReader, MaxSegmentBytes).ReadAsync(context.RequestAborted))
        {
            if (await assembly.AddAsync(unit, context.RequestAborted) is { } refusal)
            {
                return refusal;
            }
        }

        // What arrived whole is sealed even if the publisher has hung up meanwhile.
        return await assembly.FlushAsync(CancellationToken.None);
    }

    private static Publisher Identify(HttpContext context) => new(
        context.Connection.Id,
        $"{context.Connection.RemoteIpAddress} {context.Request.Headers.UserAgent}",
        !context.Request.Headers.Connection.ToString().Contains("close", StringComparison.OrdinalIgnoreCase));

    private static void ReleaseWhenClosed(BroadcastPipeline live, HttpContext context)
    {
        var items = context.Features.Get<IConnectionItemsFeature>()?.Items;
        if (items is not null && items.TryAdd(live, null))
        {
            var connection = context.Connection.Id;
            context.Features.Get<IConnectionLifetimeFeature>()?.ConnectionClosed.Register(() => live.Release(connection));
        }
    }

    private static bool IsMedia(string? type) => string.IsNullOrEmpty(type)
        || type.StartsWith("video/", StringComparison.OrdinalIgnoreCase)
        || type.StartsWith("audio/", StringComparison.OrdinalIgnoreCase)
        || type.StartsWith("application/mp4", StringComparison.OrdinalIgnoreCase)
        || type.StartsWith("application/octet-stream", StringComparison.OrdinalIgnoreCase);
}
