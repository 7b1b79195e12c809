using System.Buffers;
using System.Net;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Peering.Receipts;
using LiveLedger.Swarm.Reputation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Receipts;

/// <summary><c>POST /v1/receipts</c>: a sender hands in what it was given for what it sent, and hears how it stands. Its signature says who it is.</summary>
internal sealed class ReceiptEndpoint(ReceiptDesk desk, StandingBook standings, SwarmLinks links, TimeProvider time)
{
    private const int EachSeconds = 60;

    private static readonly Refusal s_tooLarge = new(413, "body-too-large", "A batch of receipts has at most 155,122 bytes.");

    private static readonly Refusal s_worthless = new(429, "too-many-receipts", "What came from this address could not be taken too often; good batches are taken again later.");

    // To find out that nobody knows a batch's keys is a question to the database.
    private readonly AddressLimit _limit = new(time, 30, TimeSpan.FromSeconds(2));

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/receipts", static (ReceiptEndpoint e, HttpContext context) => e.FileAsync(context))
            .WithName("fileReceipts").WithTags("swarm").Accepts<byte[]>("application/octet-stream").Produces<FiledView>();

    private async Task<IResult> FileAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = ReceiptBatch.MaxLength + 1;
        }

        var address = links.AddressOf(context) ?? IPAddress.None;
        var room = ArrayPool<byte>.Shared.Rent(ReceiptBatch.MaxLength + 1);
        try
        {
            var length = await context.Request.Body.ReadAtLeastAsync(room.AsMemory(0, ReceiptBatch.MaxLength + 1), ReceiptBatch.MaxLength + 1, throwOnEndOfStream: false, context.RequestAborted);
            if (length > ReceiptBatch.MaxLength)
            {
                return s_tooLarge.ToResult();
            }

            // Counted before it is looked at, so that many at once are many; a body that is slow to come holds nothing.
            if (_limit.Take(address) is { } wait)
            {
                return (s_worthless with { RetryAfter = wait }).ToResult();
            }

            var (sender, batch, isNew) = await desk.FileAsync(room.AsMemory(0, length), context.RequestAborted);
            // Known ones too: a page that hears for the first time how it stands asks in this way, and many share an address.
            _limit.GiveBack(address);
            context.Response.Headers.CacheControl = "no-store";
            // As it stands now: what was just handed in counts within 2 s.
            var standing = await standings.FindAsync(batch.Broadcast, sender, context.RequestAborted);
            return Results.Ok(new FiledView(isNew ? batch.Receipts.Count : 0, EachSeconds, standing is null ? null : StandingView.Of(standing)));
        }
        catch (Exception e) when (e is LedgerUnavailableException or RefusedException { Refusal.Code: not ("receipts-invalid" or "peer-not-admitted") })
        {
            _limit.GiveBack(address);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }
}

/// <summary>What came of a batch.</summary>
/// <param name="Filed">Receipts that were logged by it; 0 if it was known.</param>
/// <param name="Again">Hand the next in after so many seconds.</param>
/// <param name="Standing">The sender's, before this batch was counted.</param>
internal sealed record FiledView(int Filed, int Again, StandingView? Standing);
