using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Grants;

/// <summary><c>/v1/broadcasts/{id}/relays</c>, and <c>/v1/relays</c> for those that carry every broadcast: who may run relays.</summary>
internal sealed class GrantEndpoints(GrantBook book, SwarmLinks links)
{
    private const int MaxName = 100;

    private static readonly Refusal s_invalid = new(400, "relay-invalid", $"A relay has a name of 1 to {MaxName} characters, a web origin like https://relay.example, and an uploadLimit of 1 or more bits a second, or none.");
    private static readonly Refusal s_unknown = new(404, "relay-unknown", "There is no such relay here.");
    private static readonly Refusal s_ended = new(403, "grant-ended", "This relay's grant was withdrawn, or is convicted of fraud.");
    private static readonly Refusal s_role = new(403, "role-missing", "Relays for every broadcast are the operator's to grant.");
    private static readonly TimeSpan s_life = TimeSpan.FromDays(366);

    public static void MapOfBroadcast(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}/relays").WithTags("swarm");
        group.MapPost("", static async (string id, RelayBody body, ClaimsPrincipal user, GrantEndpoints e, HttpContext context) =>
            await e.GiveAsync(await e.ManagedAsync(id, user, context), body, user, context)).WithName("grantRelay").Produces<GrantedRelayView>(201);
        group.MapGet("", static async (string id, ClaimsPrincipal user, GrantEndpoints e, HttpContext context) => await e.ListAsync(await e.ManagedAsync(id, user, context), context.RequestAborted))
            .WithName("listRelays").Produces<RelayListView>();
        group.MapDelete("{relay}", static async (string id, string relay, ClaimsPrincipal user, GrantEndpoints e, HttpContext context) =>
            await e.WithdrawAsync(await e.ManagedAsync(id, user, context), relay, user, context.RequestAborted)).WithName("withdrawRelay").Produces(204);
    }

    public static void MapOfAll(RouteGroupBuilder group)
    {
        group.WithTags("swarm");
        group.MapPost("", static (RelayBody body, ClaimsPrincipal user, GrantEndpoints e, HttpContext context) => e.GiveAsync(ForAll(user), body, user, context))
            .WithName("grantRelayForAll").Produces<GrantedRelayView>(201);
        group.MapGet("", static (ClaimsPrincipal user, GrantEndpoints e, HttpContext context) => e.ListAsync(ForAll(user), context.RequestAborted)).WithName("listRelaysForAll").Produces<RelayListView>();
        group.MapDelete("{relay}", static (string relay, ClaimsPrincipal user, GrantEndpoints e, HttpContext context) => e.WithdrawAsync(ForAll(user), relay, user, context.RequestAborted))
            .WithName("withdrawRelayForAll").Produces(204);
    }

    /// <summary><c>GET /v1/relay</c>: a relay's own grant, and what there is to carry by it now.</summary>
    public static IEndpointConventionBuilder MapOwn(IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/relay", static (ClaimsPrincipal user, GrantEndpoints e, HttpContext context) => e.ReadOwnAsync(user, context)).WithName("readOwnRelay").WithTags("swarm").Produces<OwnRelayView>();

    private async Task<IResult> ReadOwnAsync(ClaimsPrincipal user, HttpContext context)
    {
        var cancel = context.RequestAborted;
        context.Response.Headers.CacheControl = "no-store";
        if (!Guid.TryParseExact(user.FindFirst("sub")?.Value, "N", out var id) || await book.FindAsync(id, cancel) is not { IsOpen: true } grant)
        {
            return s_ended.ToResult();
        }

        var live = await links.LiveBroadcasts(cancel);
        return Results.Ok(new OwnRelayView(ViewOf(grant), [.. live.Where(b => grant.Broadcast is null || b == grant.Broadcast).Select(static b => b.ToString())]));
    }

    private async Task<BroadcastId?> ManagedAsync(string id, ClaimsPrincipal user, HttpContext context) => await links.ManagedBy(id, user, context.RequestAborted);

    private static BroadcastId? ForAll(ClaimsPrincipal user) => user.HasClaim("role", "operator") ? null : throw new RefusedException(s_role);

    private async Task<IResult> GiveAsync(BroadcastId? broadcast, RelayBody body, ClaimsPrincipal user, HttpContext context)
    {
        if (body.Name is not { Length: > 0 and <= MaxName } name || name.Any(char.IsControl) || body.UploadLimit is <= 0 or > 1L << 53 || !IsOrigin(body.Origin))
        {
            return s_invalid.ToResult();
        }

        var grant = await book.GiveAsync(broadcast, name, body.Origin!, body.UploadLimit, RoleOf(user), context.RequestAborted);
        var (token, expires) = links.SignRelayToken(grant.Id, s_life);
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(new GrantedRelayView(ViewOf(grant), token, expires), statusCode: 201);
    }

    private async Task<IResult> ListAsync(BroadcastId? broadcast, CancellationToken cancel) => Results.Ok(new RelayListView([.. (await book.ListAsync(broadcast, cancel)).Select(ViewOf)]));

    private async Task<IResult> WithdrawAsync(BroadcastId? broadcast, string relay, ClaimsPrincipal user, CancellationToken cancel) =>
        relay.Length == 32 && Guid.TryParseExact(relay, "N", out var id) && await book.WithdrawAsync(broadcast, id, RoleOf(user), cancel) is not null ? Results.NoContent() : s_unknown.ToResult();

    private static string RoleOf(ClaimsPrincipal user) => user.HasClaim("role", "operator") ? "operator" : "broadcaster";

    private static bool IsOrigin(string? text) => text is { Length: <= Admission.MaxUrlLength } && Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" && url.GetLeftPart(UriPartial.Authority) == text && url.UserInfo.Length == 0;

    private static RelayView ViewOf(RelayGrant g) => new($"{g.Id:N}", g.Broadcast?.ToString(), g.Name, g.Origin, g.UploadLimit, g.GrantedAt, g.WithdrawnAt, g.ConvictedAt);
}

/// <summary>A relay that is to be granted.</summary>
/// <param name="Name">What its owner calls it.</param>
/// <param name="Origin">The web origin at which browsers reach it, without a slash at its end.</param>
/// <param name="UploadLimit">Most bits a second that it may be asked to send.</param>
internal sealed record RelayBody(string? Name, string? Origin, long? UploadLimit = null);

/// <summary>A relay's grant.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Broadcast">Which broadcast it carries; null for all.</param>
/// <param name="Name">Its name.</param>
/// <param name="Origin">Where browsers reach it.</param>
/// <param name="UploadLimit">Bits a second.</param>
/// <param name="GrantedAt">Since when.</param>
/// <param name="WithdrawnAt">Until when.</param>
/// <param name="ConvictedAt">Since when a fraud proof keeps it out.</param>
internal sealed record RelayView(string Id, string? Broadcast, string Name, string Origin, long? UploadLimit, DateTimeOffset GrantedAt, DateTimeOffset? WithdrawnAt, DateTimeOffset? ConvictedAt);

/// <summary>A grant with the relay's token, which is shown this once.</summary>
internal sealed record GrantedRelayView(RelayView Relay, string Token, DateTimeOffset ExpiresAt);

/// <summary>What a relay is told.</summary>
/// <param name="Relay">Its grant.</param>
/// <param name="Broadcasts">The broadcasts of it that are live now.</param>
internal sealed record OwnRelayView(RelayView Relay, IReadOnlyList<string> Broadcasts);

/// <summary>Grants, at most 1000.</summary>
internal sealed record RelayListView(IReadOnlyList<RelayView> Items);
