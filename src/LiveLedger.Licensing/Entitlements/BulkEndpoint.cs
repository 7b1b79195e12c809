using System.Security.Claims;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>
/// <c>POST /v1/broadcasts/{id}/entitlements/bulk</c>: a file of grants, answered with one line for each as it is granted, in their order. Each line is
/// a command of its own, so a file that was cut off, or half refused, is sent again as it is and grants nothing twice.
/// </summary>
internal sealed class BulkEndpoint(Counter counter, ViewerPseudonyms pseudonyms, IdempotencyKeys commands, LicensingLinks links)
{
    private const int MaxBytes = 64 * 1024 * 1024;
    private const int AtOnce = 16;
    private const int Chunk = 256;

    private static readonly Refusal s_type = new(415, "media-type-unsupported", "A file of grants is application/x-ndjson or text/csv.");
    private static readonly Refusal s_large = new(413, "body-too-large", $"A file of grants has at most {MaxBytes} bytes; send it in parts.");
    private static readonly Refusal s_key = new(400, "idempotency-key-invalid", "A file of grants needs an Idempotency-Key, so that it can be sent again.");
    private static readonly Refusal s_line = new(400, "request-malformed", "The line cannot be read.");
    private static readonly Refusal s_busy =
        new(503, "bulk-busy", $"{BulkTurns.MostOfOne} files of this account are being worked on, or {BulkTurns.MostInAll} of all; send this one later.") { RetryAfter = TimeSpan.FromSeconds(30) };

    // Who has a turn and neither sends nor reads would keep it: at this rate a file of the full size is here within 17 minutes.
    private static readonly MinDataRate s_slowest = new(64 * 1024, TimeSpan.FromSeconds(10));

    private readonly BulkTurns _turns = new();

    // Grants of all files that are made at once: licences need the database too.
    private readonly SemaphoreSlim _grants = new(2 * AtOnce);

    public static void Map(RouteGroupBuilder broadcasts) =>
        broadcasts.MapPost("{id}/entitlements/bulk", static (string id, ClaimsPrincipal user, BulkEndpoint e, HttpContext context) => e.GrantAsync(id, user, context))
            .WithName("grantEntitlements").WithTags("entitlements");

    private async Task<IResult> GrantAsync(string id, ClaimsPrincipal user, HttpContext context)
    {
        var broadcast = await links.OwnedAsync(id, user, context.RequestAborted);
        var type = context.Request.ContentType?.Split(';')[0].Trim();
        if (type is not ("application/x-ndjson" or "text/csv"))
        {
            return s_type.ToResult();
        }

        if (context.Request.Headers[IdempotencyKeys.Header] is not [{ } key])
        {
            return s_key.ToResult();
        }

        // The header's own form, before anything is read.
        commands.Of(key, user, broadcast, "bulk");
        using (var turn = _turns.TryTake(user.FindFirst("sub")?.Value ?? ""))
        {
            if (turn is null)
            {
                return s_busy.ToResult();
            }

            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            {
                size.MaxRequestBodySize = MaxBytes;
            }

            if (context.Request.ContentLength > MaxBytes)
            {
                return s_large.ToResult();
            }

            // HTTP/2 has one rate for a connection.
            if (HttpProtocol.IsHttp11(context.Request.Protocol) && context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } sent
                && context.Features.Get<IHttpMinResponseDataRateFeature>() is { } read)
            {
                (sent.MinDataRate, read.MinDataRate) = (s_slowest, s_slowest);
            }

            // Whole before the first answer: a sender that does not read while it writes would wait for us as we for it.
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            body.Position = 0;
            using var text = new StreamReader(body, new UTF8Encoding(false));
            context.Response.ContentType = "application/x-ndjson";
            context.Response.Headers.CacheControl = "no-store";
            await WorkAsync(BulkLines.Read(text, type == "text/csv"), key, broadcast, user, context);
            return Results.Empty;
        }
    }

    private async Task WorkAsync(IEnumerable<BulkLine?> lines, string key, BroadcastId broadcast, ClaimsPrincipal user, HttpContext context)
    {
        var (number, granted, refused) = (0, 0, 0);
        foreach (var chunk in lines.Chunk(Chunk))
        {
            var answers = new BulkAnswer[chunk.Length];
            var first = number + 1;
            await PrepareAsync(chunk, first, key, broadcast, context.RequestAborted);
            await Parallel.ForAsync(0, chunk.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = context.RequestAborted },
                async (n, cancel) => answers[n] = await GrantAsync(chunk[n], first + n, key, broadcast, user, cancel));
            number += chunk.Length;
            foreach (var answer in answers)
            {
                (granted, refused) = answer.Id is not null ? (granted + 1, refused) : (granted, refused + 1);
                await WriteAsync(context, answer, BulkJson.Default.BulkAnswer);
            }

            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (answers.FirstOrDefault(static a => a.Status == 503) is not null)
            {
                // The database is away: what is left out here would all be refused. No last line says so.
                return;
            }
        }

        await WriteAsync(context, new(number, granted, refused), BulkJson.Default.BulkEnd);
    }

    // Keys for those who will be sold to. A line that is refused must leave nothing of its viewer behind.
    private async Task PrepareAsync(BulkLine?[] lines, int first, string key, BroadcastId broadcast, CancellationToken cancel)
    {
        var onSale = new HashSet<string?>();
        try
        {
            foreach (var offer in lines.Select(static line => line?.Offer).Distinct())
            {
                if (await counter.IsOnSaleAsync(broadcast, offer, cancel))
                {
                    onSale.Add(offer);
                }
            }
        }
        catch (LedgerUnavailableException)
        {
            // Each line says so itself.
            return;
        }

        string[] viewers = [.. lines.Where((line, n) => line is not null && ViewerPseudonyms.IsViewer(line.Viewer) && onSale.Contains(line.Offer)
            && IdempotencyKeys.IsKey(KeyOf(key, line, first + n))).Select(static line => line!.Viewer!)];
        await Task.Run(() => pseudonyms.Prepare(broadcast, viewers), cancel);
    }

    private static string KeyOf(string key, BulkLine line, int number) => $"{key}/{line.Key ?? $"#{number}"}";

    private async Task<BulkAnswer> GrantAsync(BulkLine? line, int number, string key, BroadcastId broadcast, ClaimsPrincipal user, CancellationToken cancel)
    {
        if (line is null)
        {
            return BulkAnswer.Of(number, s_line);
        }

        await _grants.WaitAsync(cancel);
        try
        {
            var command = commands.Of(KeyOf(key, line, number), user, broadcast, "bulk");
            return new(number, (await counter.SellAsync(broadcast, new(line.Viewer, line.Offer), command, cancel)).Id.ToString(), null, null, null);
        }
        catch (RefusedException e)
        {
            return BulkAnswer.Of(number, e.Refusal);
        }
        finally
        {
            _grants.Release();
        }
    }

    private static async Task WriteAsync<T>(HttpContext context, T line, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        await context.Response.Body.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(line, type), context.RequestAborted);
        await context.Response.Body.WriteAsync("\n"u8.ToArray(), context.RequestAborted);
    }
}

/// <summary>What came of a line.</summary>
/// <param name="Line">Its number from 1, empty lines not counted, nor the header of a CSV.</param>
/// <param name="Id">The entitlement.</param>
/// <param name="Status">Or why not: as the single grant would have answered.</param>
/// <param name="Code">Its code.</param>
/// <param name="Detail">For people.</param>
internal sealed record BulkAnswer(int Line, string? Id, int? Status, string? Code, string? Detail)
{
    public static BulkAnswer Of(int line, Refusal refusal) => new(line, null, refusal.Status, refusal.Code, refusal.Detail);
}

/// <summary>The last line: the file was worked on to its end.</summary>
internal sealed record BulkEnd(int Lines, int Granted, int Refused);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BulkAnswer))]
[JsonSerializable(typeof(BulkEnd))]
internal sealed partial class BulkJson : JsonSerializerContext;
