using LiveLedger.Ledger;
using LiveLedger.Ledger.Reading;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Playbacks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Licensing.Licences;

/// <summary>
/// <c>GET /v1/decisions/{id}</c>: where in the ledger a viewer's own decision stands, and what it can be checked by. Not in the licence's answer: an index takes the
/// time of a batch of the whole log, and a player waits for keys.
/// </summary>
internal static class DecisionEndpoint
{
    /// <summary>Names the event that an answer was decided by. A header, on grants and refusals alike: a browser hands a licence's body to its CDM as it is.</summary>
    public const string Header = "Decision-Id";

    // One answer for an id that is nobody's, somebody else's, or on its way from a spool: who asks learns nothing of others.
    private static readonly Refusal s_unknown = new(404, "decision-unknown", "The ledger has no such decision for this viewer; a renewal's is there some seconds after its answer.")
    {
        RetryAfter = TimeSpan.FromSeconds(2),
    };

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes) => routes
        .MapGet("/v1/decisions/{id}", static (string id, HttpContext context, EventStore ledger, LogReader log, AskerReader askers) => AnswerAsync(id, context, ledger, log, askers))
        .WithName("readDecision").WithTags("licences").Produces<DecisionView>();

    private static async Task<IResult> AnswerAsync(string id, HttpContext context, EventStore ledger, LogReader log, AskerReader askers)
    {
        context.Response.Headers.CacheControl = "no-store";
        var asker = askers.Read(context);
        var size = log.Head().Size.Value;
        if (!Guid.TryParseExact(id, "D", out var named)
            || await ledger.FindAsync(named, context.RequestAborted) is not { } found
            || PartiesOf(found.Event) != (asker.Broadcast.ToString(), asker.Viewer.ToString()))
        {
            return s_unknown.ToResult();
        }

        var index = found.Index?.Value;
        var published = index < size;
        return Results.Ok(new DecisionView(
            named.ToString(), found.Event.Type, index is null ? "waiting" : published ? "published" : "logged", index, size,
            // As everywhere: nobody holds a leaf that no signature answers for.
            Shown(found.Entry), Shown(found.Payload), Shown(found.Salt)));

        ReadOnlyMemory<byte>? Shown(ReadOnlyMemory<byte> bytes) => published ? bytes : default(ReadOnlyMemory<byte>?);
    }

    private static (string Broadcast, string Viewer)? PartiesOf(StoredEvent e)
    {
        switch (e.Type)
        {
            case PlaybackEvents.GrantedType:
                var granted = PlaybackEvents.ReadGranted(e.PayloadJson.Span);
                return (granted.Broadcast, granted.Viewer);
            case PlaybackEvents.RefusedType:
                var refused = PlaybackEvents.ReadRefused(e.PayloadJson.Span);
                return (refused.Broadcast, refused.Viewer);
            case CountedEvents.OpenedType:
                var opened = CountedEvents.ReadOpened(e);
                return (opened.Broadcast, opened.Viewer);
            default:
                return null;
        }
    }
}

/// <summary>A decision on a licence, for its viewer.</summary>
/// <param name="Id">Its event.</param>
/// <param name="Type">What was decided: <c>licence-granted</c>, <c>licence-refused</c>, or <c>playback-opened</c> under terms that count.</param>
/// <param name="State"><c>waiting</c> for its place, <c>logged</c>, or <c>published</c>: under the last checkpoint.</param>
/// <param name="Index">Its place in the ledger.</param>
/// <param name="CheckpointSize">Size of the tree of that checkpoint.</param>
/// <param name="Entry">The bytes its leaf is the hash of, once published.</param>
/// <param name="Payload">What was decided, which the entry commits to, once published.</param>
/// <param name="Salt">With this.</param>
internal sealed record DecisionView(
    string Id, string Type, string State, ulong? Index, ulong CheckpointSize, ReadOnlyMemory<byte>? Entry, ReadOnlyMemory<byte>? Payload, ReadOnlyMemory<byte>? Salt);
