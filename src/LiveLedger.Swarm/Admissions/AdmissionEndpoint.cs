using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Grants;
using LiveLedger.Swarm.Stun;
using LiveLedger.Swarm.Tracker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Admissions;

/// <summary><c>/v1/admissions</c>: a viewer with a playback, or a relay with a grant, gets what it shows to tracker and peers.</summary>
internal sealed class AdmissionEndpoint(AdmissionDesk desk, GrantBook grants, SwarmLinks links, SwarmOptions options, TrackerAddress trackers, TimeProvider time)
{
    private static readonly Refusal s_playback = new(400, "admission-request-invalid", "A viewer names its open playback: the value of Playback-Id.");
    private static readonly Refusal s_broadcast = new(400, "admission-request-invalid", "A relay names the broadcast.");
    private static readonly Refusal s_grant = new(403, "grant-ended", "This relay's grant was withdrawn, or is for another broadcast.");

    // So long before an admission's end a newer one is asked for: two more tries fit in.
    private static readonly TimeSpan s_ahead = TimeSpan.FromMinutes(3);

    /// <summary>What nobody needs a token for: how to sign the request.</summary>
    public static IEndpointConventionBuilder MapAsking(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/admissions", static (AdmissionEndpoint e, HttpContext context) => e.Describe(context)).WithName("describeAdmissions").WithTags("swarm").Produces<PlatformView>();

    /// <summary>The request, with the token of a viewer or a relay.</summary>
    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/v1/admissions", static (AdmissionBody body, AdmissionEndpoint e, HttpContext context) => e.AdmitAsync(body, context))
            .WithName("admitPeer").WithTags("swarm").Produces<AdmissionView>(201);

    private IResult Describe(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return Results.Ok(new PlatformView(links.Issuer, time.GetUtcNow().ToUnixTimeMilliseconds()));
    }

    private async Task AdmitAsync(AdmissionBody body, HttpContext context)
    {
        var cancel = context.RequestAborted;
        var possession = Possession.Read(body);
        var (applicant, sharing, peers) = context.User.HasClaim("kind", "relay")
            ? (await RelayAsync(body, context, cancel), PeerSharingRule.Optional, null)
            : await ViewerAsync(body, context, cancel);
        var (admission, token) = await desk.AdmitAsync(applicant, possession, await trackers.OfAsync(applicant.Broadcast, context, cancel), cancel);
        var answer = JsonSerializer.SerializeToUtf8Bytes(
            new AdmissionView(
                token, admission.ExpiresAt.ToUnixTimeMilliseconds(), time.GetUtcNow().ToUnixTimeMilliseconds(), (int)(Admission.LongestLife - s_ahead).TotalSeconds,
                [.. StunResponder.Servers(options, context), .. options.Turn], sharing.ToString().ToLowerInvariant(), peers?.ToString().ToLowerInvariant()),
            AdmissionBodyJson.Default.AdmissionView);
        context.Response.StatusCode = 201;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = "application/json; charset=utf-8";
        // With its length it goes out in one piece; without, the end of the last chunk would be a packet of its own.
        context.Response.ContentLength = answer.Length;
        context.Response.BodyWriter.Write(answer);
    }

    private async Task<(Applicant Applicant, PeerSharingRule Sharing, BroadcastPeers? Peers)> ViewerAsync(AdmissionBody body, HttpContext context, CancellationToken cancel)
    {
        if (body.Playback is not { Length: 32 } playback)
        {
            throw new RefusedException(s_playback);
        }

        var right = await links.RightOf(context, playback, cancel);
        // Nobody's offer counts in a private broadcast: there all are forbidden.
        var mustNot = right.Sharing == PeerSharingRule.Forbidden;
        // Who must not share sends nothing, and is known to no other viewer; relays serve it like the origin does.
        return (new(right.Broadcast, right.Entitlement, PeerRole.Viewer) { IsPrivate = mustNot || body.Private == true, UploadLimit = mustNot ? 0 : null }, right.Sharing, right.Peers);
    }

    private async Task<Applicant> RelayAsync(AdmissionBody body, HttpContext context, CancellationToken cancel)
    {
        if (!BroadcastId.TryParse(body.Broadcast, out var broadcast))
        {
            throw new RefusedException(s_broadcast);
        }

        return Guid.TryParseExact(context.User.FindFirst("sub")?.Value, "N", out var id) && await grants.FindAsync(id, cancel) is { IsOpen: true } grant && (grant.Broadcast ?? broadcast) == broadcast
            ? new(broadcast, grant.Id, PeerRole.Relay) { UploadLimit = grant.UploadLimit, Origin = grant.Origin }
            : throw new RefusedException(s_grant);
    }
}

/// <summary>What a request is signed with.</summary>
/// <param name="Issuer">The platform's name in tokens; its keys are at <c>/.well-known/jwks.json</c>.</param>
/// <param name="ServerTime">Unix milliseconds.</param>
internal sealed record PlatformView(string Issuer, long ServerTime);

/// <summary>An admission and what goes with it.</summary>
/// <param name="Admission">The token (docs/formats/admission.md).</param>
/// <param name="ExpiresAt">Unix milliseconds.</param>
/// <param name="ServerTime">Unix milliseconds.</param>
/// <param name="RenewAfter">Ask for the next one after so many seconds.</param>
/// <param name="IceServers">For RTCPeerConnection.</param>
/// <param name="Sharing">optional, required or forbidden: as the offer has it, and forbidden in a private broadcast.</param>
/// <param name="Peers">viewers or relays, as the broadcast has it; a relay is not told.</param>
internal sealed record AdmissionView(string Admission, long ExpiresAt, long ServerTime, int RenewAfter, IReadOnlyList<IceServer> IceServers, string Sharing,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Peers);

/// <summary>How they are read and written, made when the program is built.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AdmissionBody))]
[JsonSerializable(typeof(AdmissionView))]
internal sealed partial class AdmissionBodyJson : JsonSerializerContext;
