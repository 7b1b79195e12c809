using System.Buffers;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Peering.Receipts;
using LiveLedger.Swarm.Reputation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Receipts;

/// <summary><c>POST /v1/receipts</c>: a sender hands in what it was given for what it sent, and hears how it stands. Its signature says who it is.</summary>
internal sealed class ReceiptEndpoint(ReceiptDesk desk, StandingBook standings)
{
    private const int EachSeconds = 60;

    private static readonly Refusal s_tooLarge = new(413, "body-too-large", "A batch of receipts has at most 155,122 bytes.");

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/receipts", static (ReceiptEndpoint e, HttpContext context) => e.FileAsync(context))
            .WithName("fileReceipts").WithTags("swarm").Accepts<byte[]>("application/octet-stream").Produces<FiledView>();

    private async Task<IResult> FileAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = ReceiptBatch.MaxLength + 1;
        }

        var room = ArrayPool<byte>.Shared.Rent(ReceiptBatch.MaxLength + 1);
        try
        {
            var length = await context.Request.Body.ReadAtLeastAsync(room.AsMemory(0, ReceiptBatch.MaxLength + 1), ReceiptBatch.MaxLength + 1, throwOnEndOfStream: false, context.RequestAborted);
            if (length > ReceiptBatch.MaxLength)
            {
                return s_tooLarge.ToResult();
            }

            var (sender, batch, isNew) = await desk.FileAsync(room.AsMemory(0, length), context.RequestAborted);
            context.Response.Headers.CacheControl = "no-store";
            // As it stands now: what was just handed in counts within 2 s.
            var standing = await standings.FindAsync(batch.Broadcast, sender, context.RequestAborted);
            return Results.Ok(new FiledView(isNew ? batch.Receipts.Count : 0, EachSeconds, standing is null ? null : StandingView.Of(standing)));
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
