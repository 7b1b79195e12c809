using System.Security.Claims;
using System.Text.Json;
using LiveLedger.Ledger.Bundles;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Subscriptions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace LiveLedger.Ledger.Auditing;

/// <summary>The auditor's questions, under <c>/v1/ledger</c>.</summary>
public static class AuditEndpoints
{
    private const string Ndjson = "application/x-ndjson";
    private const int DefaultLimit = 100;
    private const int StreamPage = 500;
    private const int HeadsPage = 1000;

    private static readonly Refusal s_stream = new(404, "stream-unknown", "the published log has no such stream, or it is not yours");

    /// <summary>Maps the questions into the group <c>/v1/ledger</c>, which requires an API token.</summary>
    public static RouteGroupBuilder MapAudit(this RouteGroupBuilder ledger)
    {
        ledger.MapGet("entries", static (ClaimsPrincipal user, HttpContext http, AuditReader reader, AuditLinks links) => EntriesAsync(user, http, reader, links)).WithName("listEntries");
        ledger.MapGet("streams", static (string? broadcast, string? after, ClaimsPrincipal user, HttpContext http, AuditReader reader, AuditLinks links) =>
            HeadsAsync(broadcast, after, user, http, reader, links)).WithName("listStreams");
        ledger.MapGet("streams/{**stream}", static (string stream, ClaimsPrincipal user, HttpContext http, AuditReader reader, AuditLinks links) =>
            HeadAsync(stream, user, http, reader, links)).WithName("readStream");
        BundleEndpoints.Map(ledger);
        ProjectionEndpoints.Map(ledger);
        RecoveryEndpoints.Map(ledger);
        SubscriptionEndpoints.Map(ledger);
        return ledger;
    }

    private static async Task<IResult> EntriesAsync(ClaimsPrincipal user, HttpContext http, AuditReader reader, AuditLinks links)
    {
        var cancel = http.RequestAborted;
        var lines = AsksForLines(http.Request);
        if (!AuditQuery.TryParse(http.Request.Query, lines ? int.MaxValue : AuditReader.MaxPage, out var query, out var invalid))
        {
            return invalid.ToResult();
        }

        if (await links.RefuseAsync(user, query.Broadcast, cancel) is { } refusal)
        {
            return refusal.ToResult();
        }

        var upTo = await reader.UpToAsync(cancel);
        var (first, end) = await reader.SpanAsync(query, upTo, cancel);
        var whole = Math.Min(upTo, (long)(query.To ?? long.MaxValue));
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.Vary = "Accept";
        if (lines)
        {
            return Results.Stream(body => WriteLinesAsync(body, query, first, end, whole, reader, cancel), Ndjson);
        }

        var (entries, next) = await reader.PageAsync(query, first, end, query.Limit ?? DefaultLimit, cancel);
        return Results.Stream(async body =>
        {
            await using var json = new Utf8JsonWriter(body);
            json.WriteStartObject();
            json.WriteStartArray("items");
            foreach (var entry in entries)
            {
                Write(json, entry);
            }

            json.WriteEndArray();
            WriteEnd(json, next, whole);
            json.WriteEndObject();
            await json.FlushAsync(cancel);
        }, "application/json");
    }

    // Page after page, each a short statement: a reader that takes its time holds no snapshot.
    private static async Task WriteLinesAsync(Stream body, AuditQuery query, long first, long end, long whole, AuditReader reader, CancellationToken cancel)
    {
        await using var json = new Utf8JsonWriter(body);
        long? next = first;
        for (var left = query.Limit ?? int.MaxValue; next is { } from && left > 0;)
        {
            (var entries, next) = await reader.PageAsync(query, from, end, Math.Min(left, StreamPage), cancel);
            foreach (var entry in entries)
            {
                Write(json, entry);
                await EndLineAsync();
            }

            // Without a limit there is no end but the last entry's.
            left = query.Limit is null ? left : left - entries.Count;
            await body.FlushAsync(cancel);
        }

        // The last line says that it is the last: an answer without it was cut off.
        json.WriteStartObject();
        WriteEnd(json, next, whole);
        json.WriteEndObject();
        await EndLineAsync();

        async Task EndLineAsync()
        {
            await json.FlushAsync(cancel);
            await body.WriteAsync("\n"u8.ToArray(), cancel);
            json.Reset();
        }
    }

    private static async Task<IResult> HeadAsync(string stream, ClaimsPrincipal user, HttpContext http, AuditReader reader, AuditLinks links)
    {
        if (await links.RefuseAsync(user, "", http.RequestAborted) is { Status: 403 } role)
        {
            return role.ToResult();
        }

        if (stream.Length > StreamName.MaxLength || stream.Any(char.IsControl))
        {
            return s_stream.ToResult();
        }

        var upTo = await reader.UpToAsync(http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";

        // Somebody else's stream, and one of no broadcast, is for a broadcaster like one that does not exist.
        return await reader.HeadsAsync(stream, null, "", upTo, 1, http.RequestAborted) is [var head]
            && await links.RefuseAsync(user, head.Broadcast ?? "", http.RequestAborted) is null
            ? Results.Json(new { head.Stream, head.Version, head.Index, head.Broadcast, upTo })
            : s_stream.ToResult();
    }

    private static async Task<IResult> HeadsAsync(string? broadcast, string? after, ClaimsPrincipal user, HttpContext http, AuditReader reader, AuditLinks links)
    {
        if (broadcast is "" || new[] { broadcast, after }.Any(t => t is not null && (t.Length > StreamName.MaxLength || t.Any(char.IsControl)))
            || http.Request.Query.Any(p => p.Key is not ("broadcast" or "after") || p.Value.Count != 1))
        {
            return AuditQuery.Invalid("the parameters are broadcast and after, the 'next' of the page before").ToResult();
        }

        if (await links.RefuseAsync(user, broadcast, http.RequestAborted) is { } refusal)
        {
            return refusal.ToResult();
        }

        var upTo = await reader.UpToAsync(http.RequestAborted);
        var heads = await reader.HeadsAsync(null, broadcast, after ?? "", upTo, HeadsPage, http.RequestAborted);
        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new { items = heads, next = heads.Count == HeadsPage ? heads[^1].Stream : null, upTo });
    }

    private static bool AsksForLines(HttpRequest request) =>
        MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types) && types.Any(t => t.MediaType.Equals(Ndjson, StringComparison.OrdinalIgnoreCase));

    private static void Write(Utf8JsonWriter json, AuditedEntry entry)
    {
        json.WriteStartObject();
        json.WriteNumber("index", entry.Index);
        json.WriteBase64String("entry", entry.Entry);
        json.WriteBase64String("payload", entry.Payload);
        json.WriteBase64String("salt", entry.Salt);
        json.WriteBase64String("leaf", entry.Leaf);
        json.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter json, long? next, long upTo)
    {
        if (next is { } from)
        {
            json.WriteNumber("next", from);
        }
        else
        {
            json.WriteNull("next");
        }

        json.WriteNumber("upTo", upTo);
    }
}
