using System.Globalization;
using LiveLedger.Broadcasting.Broadcasts;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace LiveLedger.Broadcasting.Origin;

/// <summary><c>/live/{broadcast}/…</c>: ciphertext, records and the signer certificate, for anyone. Only what is sealed is served.</summary>
internal sealed class OriginEndpoints(BroadcastBook book, Recordings recordings, Withheld withheld)
{
    private const string Immutable = "public, max-age=31536000, immutable";
    private static readonly Refusal NotFound = new(404, "segment-unknown", "There is no such object in this broadcast.");

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/live/{broadcast}/signer", ["GET", "HEAD"],
            static (string broadcast, HttpContext context, OriginEndpoints origin) => origin.SignerAsync(broadcast, context)).ExcludeFromDescription();
        routes.MapMethods("/live/{broadcast}/{track}/{file}", ["GET", "HEAD"], static context => context.RequestServices.GetRequiredService<OriginEndpoints>().SendObjectAsync(context)).ExcludeFromDescription();
    }

    private async Task<IResult> SignerAsync(string broadcast, HttpContext context)
    {
        if (Withholds(broadcast, context))
        {
            return Withheld.Refusal.ToResult();
        }

        if (!BroadcastId.TryParse(broadcast, out var id) || await book.FindAsync(id, context.RequestAborted) is not { } found)
        {
            return NotFound.ToResult();
        }

        if (found.Certificate is not { } certificate)
        {
            return new Refusal(404, "signer-missing", "The broadcaster has not certified a session key yet.").ToResult();
        }

        context.Response.Headers.CacheControl = "public, max-age=60";
        return Results.Bytes(certificate, "application/cose; cose-type=\"cose-sign1\"");
    }

    private Task SendObjectAsync(HttpContext context)
    {
        var values = context.Request.RouteValues;
        var broadcast = values["broadcast"] as string;
        if (Withholds(broadcast, context))
        {
            return Withheld.Refusal.ToResult().ExecuteAsync(context);
        }

        if (!BroadcastId.TryParse(broadcast, out var id) || !TrackName.TryParse(values["track"] as string, out var name) || values["file"] is not string file)
        {
            return NotFound.ToResult().ExecuteAsync(context);
        }

        // What is not there may have been sealed by another process since this one looked.
        return Find(recordings.Find(id), name, file, context) ?? Find(recordings.FindLatest(id), name, file, context) ?? NotFound.ToResult().ExecuteAsync(context);
    }

    private static Task? Find(Recording? recording, TrackName name, string file, HttpContext context)
    {
        if (recording?.Find(name) is not { } track)
        {
            return null;
        }

        var stem = Path.GetFileNameWithoutExtension(file);
        return Path.GetExtension(file) switch
        {
            ".m4s" when TryNumber(stem, out var n) && track.TryGet(n, out var segment) =>
                SendAsync(context, track.Files.SegmentPath(n), segment.ByteLength, "video/iso.segment", segment.ChunkRoot.ToString()),
            // The record of a slot is signed once, so its own bytes are as lasting as the segment's.
            ".record" when TryNumber(stem, out var n) && track.TryGet(n, out var segment) =>
                SendAsync(context, track.Files.RecordPath(n), null, "application/cbor-seq", $"r{segment.ChunkRoot}"),
            ".mp4" when TryInit(stem, out var epoch, out var period) && track.InitOf(epoch, period) is { } init =>
                // By the name of each of its periods, so that who has a record finds its init segment whether keys are in band or not.
                SendAsync(context, track.Files.InitPath(epoch, init.InitPeriod), null, "video/mp4", init.Hash.ToString()),
            _ => null,
        };
    }

    private bool Withholds(string? broadcast, HttpContext context)
    {
        if (!BroadcastId.TryParse(broadcast, out var id) || !withheld.Has(id))
        {
            return false;
        }

        // It may be restored.
        context.Response.Headers.CacheControl = "no-store";
        return true;
    }

    private static Task SendAsync(HttpContext context, string path, long? length, string type, string tag)
    {
        context.Response.Headers.CacheControl = Immutable;
        return SealedFile.SendAsync(context, path, length, type, tag);
    }

    /// <summary><c>init</c> is epoch 0's, <c>init-{n}</c> a later one's, <c>init-{n}-{k}</c> that of key period k of epoch n, k &gt; 0.</summary>
    private static bool TryInit(string stem, out uint epoch, out ulong period)
    {
        (epoch, period) = (0, 0);
        return stem.Split('-') switch
        {
            ["init"] => true,
            ["init", var e] => TryNumber(e, out epoch) && epoch > 0,
            ["init", var e, var k] => TryNumber(e, out epoch) && ulong.TryParse(k, NumberStyles.None, CultureInfo.InvariantCulture, out period) && k[0] != '0',
            _ => false,
        };
    }

    /// <summary>Decimal without leading zeros or signs: one object has one URL.</summary>
    private static bool TryNumber(string text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && (text.Length == 1 || text[0] != '0');
}
