using System.Text;
using LiveLedger.Broadcasting.Broadcasts;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Media.Manifests;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tracks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>HLS and DASH manifests over the same segments, written anew for each request from what is sealed.</summary>
internal sealed class ManifestEndpoints(BroadcastBook book, Recordings recordings, Withheld withheld, BroadcastingOptions options, BroadcastingLinks links, TimeProvider time)
{
    private const string HlsType = "application/vnd.apple.mpegurl";
    private const string DashType = "application/dash+xml";

    private static readonly Refusal Unknown = new(404, "broadcast-unknown", "There is no such broadcast.");
    private static readonly Refusal NoMedia = new(404, "no-media-yet", "The broadcast has no segments yet.") { RetryAfter = TimeSpan.FromSeconds(2) };

    public static void Map(IEndpointRouteBuilder routes)
    {
        Map(routes, "/live/{broadcast}/master.m3u8", static (m, view, _) => (HlsManifests.Multivariant(view.Tracks, view.Title), HlsType));
        Map(routes, "/live/{broadcast}/manifest.mpd", static (m, view, context) =>
            (DashManifest.Write(view.Tracks, view.Timeline, $"{m.BaseUrl(context)}/v1/licences", m.Now, $"{m.BaseUrl(context)}/v1/time"), DashType));
        Map(routes, "/live/{broadcast}/{track}/media.m3u8", static (_, view, context) =>
            view.Tracks.FirstOrDefault(t => t.Name.Value == context.Request.RouteValues["track"] as string) is { } track
                ? (HlsManifests.Media(track, view.Timeline), HlsType)
                : null);
        routes.MapGet("/v1/time", static (TimeProvider time) =>
            Results.Text(time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'"))).WithName("readTime");
    }

    private static void Map(
        IEndpointRouteBuilder routes, string path, Func<ManifestEndpoints, ManifestView, HttpContext, (string Text, string Type)?> write) =>
        routes.MapMethods(path, ["GET", "HEAD"], (string broadcast, HttpContext context, ManifestEndpoints manifests) =>
            manifests.AnswerAsync(broadcast, context, write)).ExcludeFromDescription();

    private async Task<IResult> AnswerAsync(
        string text, HttpContext context, Func<ManifestEndpoints, ManifestView, HttpContext, (string Text, string Type)?> write)
    {
        if (!BroadcastId.TryParse(text, out var id) || await book.FindAsync(id, context.RequestAborted) is not { } broadcast)
        {
            return Unknown.ToResult();
        }

        if (withheld.Has(id))
        {
            context.Response.Headers.CacheControl = "no-store";
            return Withheld.Refusal.ToResult();
        }

        if (View(broadcast) is not { } view)
        {
            return NoMedia.ToResult();
        }

        if (write(this, view, context) is not var (body, type))
        {
            return Unknown.ToResult();
        }

        context.Response.Headers.CacheControl = broadcast.State == BroadcastState.Ended ? "public, max-age=60" : "public, max-age=1";
        return Results.Text(body, type, Encoding.UTF8);
    }

    private ManifestView? View(Broadcast broadcast)
    {
        if (recordings.FindLatest(broadcast.Id) is not { Timeline.AvailabilityStart: { } start } recording)
        {
            return null;
        }

        var ended = broadcast.State == BroadcastState.Ended;
        var from = ended ? double.MinValue : recording.EndSeconds - options.LiveWindow.TotalSeconds;
        var tracks = recording.Tracks
            .Select(t => t.View(from))
            .Where(v => v is { Init: not null, Segments.Count: > 0 })
            .Select(v => Describe(v, broadcast, start))
            .ToArray();
        return tracks.Length == 0
            ? null
            : new(broadcast.Title, tracks, new()
            {
                AvailabilityStart = start,
                Ended = ended,
                KeysInBand = broadcast.KeySignalling == KeySignalling.InBand,
                Window = options.LiveWindow,
                NextKeys = ended ? null : NextKeys(broadcast, tracks),
                Epochs = [.. recording.Timeline.Epochs.Select(e => new EpochStart(e.Number, e.StartSeconds, recording.FirstPeriodOf(e.Number)))],
            });
    }

    // As soon as a period has begun: a period before they are needed.
    private KeyAnnouncement? NextKeys(Broadcast broadcast, ManifestTrack[] tracks)
    {
        if (broadcast.KeyPeriod.Seconds is not { } seconds)
        {
            return null;
        }

        var next = tracks.Max(static t => t.Segments[^1].CryptoPeriod) + 1;
        return new(next, broadcast.KeyPeriod.StartOf(next), seconds, [.. Enum.GetValues<TrackClass>().Select(c => links.ContentKeyIdFor(broadcast.Id, c, next))]);
    }

    private ManifestTrack Describe(TrackView view, Broadcast broadcast, DateTimeOffset start) => new()
    {
        Name = view.Name,
        Description = view.Init!.Description,
        Inits = [.. view.Inits.Where(static i => i.StartSeconds is not null).Select(static i => new ManifestInit(i.Epoch, i.CryptoPeriod, i.InitPeriod, i.KeyId, i.StartSeconds!.Value))],
        Scheme = broadcast.Scheme,
        Systems = options.Systems,
        Bandwidth = view.PeakBitrate,
        AverageBandwidth = view.AverageBitrate,
        TargetDuration = view.TargetDuration,
        Segments = [.. view.Segments.Select(s => new ManifestSegment(
            s.Epoch, s.CryptoPeriod, s.Sequence, s.DecodeTime, s.Duration,
            start + TimeSpan.FromSeconds(s.DecodeTime / (double)s.Timescale)))],
    };

    private DateTimeOffset Now => time.GetUtcNow();

    private string BaseUrl(HttpContext context) => options.PublicUrl ?? $"{context.Request.Scheme}://{context.Request.Host}";
}

/// <summary>What all manifests of a moment are written from.</summary>
internal sealed record ManifestView(string Title, IReadOnlyList<ManifestTrack> Tracks, BroadcastTimeline Timeline);
