using System.Net;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Convictions;

/// <summary>
/// <c>/v1/fraud-proofs</c>: takes proofs from whoever has one, and shows to everybody what was proved. Nobody has to be believed, so nobody needs a token.
/// </summary>
internal sealed class FraudProofEndpoint(ConvictionBook book, SwarmLinks links, TimeProvider time)
{
    // The newest; all of them are in the log.
    private const int MaxPeers = 100;

    private static readonly Refusal s_malformed = new(400, "fraud-proof-malformed", "This is no fraud proof; see docs/formats/fraud-proof.md.");
    private static readonly Refusal s_large = new(413, "body-too-large", $"A fraud proof has at most {FraudProof.MaxLength} bytes.");
    private static readonly Refusal s_type = new(415, "media-type-unsupported", $"A fraud proof is {FraudProof.MediaType}.");
    private static readonly Refusal s_unfounded = new(422, "fraud-proof-unfounded", "This proves nothing.");
    private static readonly Refusal s_tooMany = new(429, "too-many-proofs", "What came from this address proved nothing too often; good proofs are taken again later.");
    private static readonly Refusal s_kind = new(400, "fraud-kind-unknown", "What proofs convict is peer or publisher.");
    private static readonly Refusal s_unknown = new(404, "broadcast-unknown", "There is no such broadcast, or it is not yours.");

    private readonly FraudVerifier _verifier = new(new AdmissionVerifier(links.Issuer, [links.PlatformKey]));
    private readonly AddressLimit _limit = new(time, 20, TimeSpan.FromSeconds(6));
    private readonly AddressLimit _any = new(time, 300, TimeSpan.FromMilliseconds(50));

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/v1/fraud-proofs", static (HttpContext context, FraudProofEndpoint e) => e.TakeAsync(context)).WithName("proveFraud").WithTags("swarm")
            .Accepts<byte[]>(FraudProof.MediaType).Produces<FraudProofView>(201).Produces<FraudProofView>();
        routes.MapGet("/v1/fraud-proofs", static (string? broadcast, string? convicts, HttpContext context, FraudProofEndpoint e) => e.ListAsync(broadcast, convicts, context)).WithName("listFraudProofs").WithTags("swarm")
            .Produces<FraudProofListView>();
    }

    private async Task<IResult> TakeAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (context.Request.ContentType?.Split(';')[0].Trim() != FraudProof.MediaType)
        {
            return s_type.ToResult();
        }

        if (await ReadAsync(context) is not { } body)
        {
            return s_large.ToResult();
        }

        // Counted before it is looked at, so that many at once are many. What proves something is given back: of a publisher's lie everybody at an address may bring the proof.
        var address = links.AddressOf(context) ?? IPAddress.None;
        if ((_any.Take(address) ?? _limit.Take(address)) is { } wait)
        {
            return (s_tooMany with { RetryAfter = wait }).ToResult();
        }

        if (!FraudProof.TryRead(body, out var proof))
        {
            return s_malformed.ToResult();
        }

        var refusal = _verifier.Verify(proof, identity: null, out var verdict);
        if (refusal == FraudRefusal.None && verdict is PublisherEquivocation { Identity: var identity } && await IdentityAsync(verdict.Broadcast, context.RequestAborted) != identity)
        {
            refusal = FraudRefusal.Identity;
        }

        if (refusal != FraudRefusal.None)
        {
            return (s_unfounded with { Detail = $"This proves nothing: it fails at '{refusal.ToString().ToLowerInvariant()}' of docs/formats/fraud-proof.md." }).ToResult();
        }

        _limit.GiveBack(address);
        // In the log before it is answered; the rooms hear of it from there, whichever server they are on.
        var isNew = verdict switch
        {
            PeerConviction peer => await book.ConvictAsync(peer, proof, context.RequestAborted),
            PublisherEquivocation publisher => await book.NoteAsync(publisher, proof, context.RequestAborted),
            _ => throw new InvalidOperationException("a verdict that is not known"),
        };
        return Results.Json(ViewOf(verdict, proof.ToBytes(), time.GetUtcNow(), pardonedAt: null), statusCode: isNew ? 201 : 200);
    }

    private async Task<IResult> ListAsync(string? broadcast, string? convicts, HttpContext context)
    {
        if (convicts is not (null or "peer" or "publisher"))
        {
            return s_kind.ToResult();
        }

        var cancel = context.RequestAborted;
        if (!BroadcastId.TryParse(broadcast, out var id) || await links.FactsOf(id, cancel) is null)
        {
            return s_unknown.ToResult();
        }

        // What viewers have to know comes first, and cannot be crowded out by convicted peers.
        var slots = convicts == "peer" ? [] : (await book.ListSlotsAsync(id, cancel)).Select(s => new FraudProofView("publisher", id.ToString(), null, s.Track, s.Epoch, s.Sequence, s.ProvedAt, null, StrictBase64Url.Encode(s.Proof.ToArray())));
        var peers = convicts == "publisher" ? [] : (await book.ListAsync(id, cancel)).Take(MaxPeers).Select(c => new FraudProofView("peer", id.ToString(), c.Peer.ToString(), null, null, null, c.ConvictedAt, c.PardonedAt, StrictBase64Url.Encode(c.Proof.ToArray())));
        return Results.Ok(new FraudProofListView([.. slots, .. peers]));
    }

    private async ValueTask<Ed25519PublicKey?> IdentityAsync(BroadcastId broadcast, CancellationToken cancel) =>
        StrictBase64Url.TryDecode(await links.IdentityOf(broadcast, cancel), out var point) && Ed25519PublicKey.TryParse(point, out var key) ? key : null;

    private static FraudProofView ViewOf(FraudVerdict verdict, byte[] proof, DateTimeOffset at, DateTimeOffset? pardonedAt) => new(
        verdict is PeerConviction ? "peer" : "publisher", verdict.Broadcast.ToString(), (verdict as PeerConviction)?.Peer.ToString(), verdict.Slot.Track.ToString(), verdict.Slot.Epoch, verdict.Slot.Sequence,
        at, pardonedAt, StrictBase64Url.Encode(proof));

    // Null for one that is too long.
    private static async Task<byte[]?> ReadAsync(HttpContext context)
    {
        var room = new byte[FraudProof.MaxLength + 1];
        var length = await context.Request.Body.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false, context.RequestAborted);
        return length > FraudProof.MaxLength ? null : room[..length];
    }
}

/// <summary>What is proved.</summary>
/// <param name="Convicts">peer or publisher.</param>
/// <param name="Broadcast">Where.</param>
/// <param name="Peer">The pseudonym, of a peer.</param>
/// <param name="Track">The segment's track.</param>
/// <param name="Epoch">Its epoch.</param>
/// <param name="Sequence">Its sequence.</param>
/// <param name="ProvedAt">Since when it is known.</param>
/// <param name="PardonedAt">Since when it does not keep the peer out any more.</param>
/// <param name="Proof">The proof as base64url, for anybody's own check.</param>
internal sealed record FraudProofView(string Convicts, string Broadcast, string? Peer, string? Track, long? Epoch, long? Sequence, DateTimeOffset ProvedAt, DateTimeOffset? PardonedAt, string Proof);

/// <summary>What was proved in a broadcast: at most 100 of its publisher and 100 of peers, the newest first.</summary>
internal sealed record FraudProofListView(IReadOnlyList<FraudProofView> Items);
