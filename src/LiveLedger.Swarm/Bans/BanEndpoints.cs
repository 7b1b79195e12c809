using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Bans;

/// <summary><c>/v1/broadcasts/{id}/bans</c>: who has no place in a broadcast's swarm.</summary>
internal sealed class BanEndpoints(BanBook book, SwarmLinks links)
{
    private const int MaxReason = 500;

    private static readonly Refusal s_invalid = new(400, "ban-invalid", $"A ban has a reason of 1 to {MaxReason} characters.");
    private static readonly Refusal s_peer = new(404, "peer-unknown", "A peer is named by its pseudonym, 43 characters of base64url, as it stands in its admission.");
    private static readonly Refusal s_none = new(404, "ban-unknown", "This peer is not banned.");

    public static void Map(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}/bans").WithTags("swarm");
        group.MapGet("", static (string id, ClaimsPrincipal user, BanEndpoints e, CancellationToken cancel) => e.ListAsync(id, user, cancel)).WithName("listBans").Produces<BanListView>();
        group.MapPut("{peer}", static (string id, string peer, BanBody body, ClaimsPrincipal user, BanEndpoints e, CancellationToken cancel) => e.BanAsync(id, peer, body, user, cancel))
            .WithName("banPeer").Produces(204);
        group.MapDelete("{peer}", static (string id, string peer, ClaimsPrincipal user, BanEndpoints e, CancellationToken cancel) => e.LiftAsync(id, peer, user, cancel))
            .WithName("liftBan").Produces(204);
    }

    private async Task<IResult> ListAsync(string id, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ManagedBy(id, user, cancel);
        return Results.Ok(new BanListView([.. (await book.ListAsync(broadcast, cancel)).Select(static b => new BanView(b.Peer.ToString(), b.Reason, b.BannedAt))]));
    }

    private async Task<IResult> BanAsync(string id, string peer, BanBody body, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ManagedBy(id, user, cancel);
        if (!PeerPseudonym.TryParse(peer, out var named))
        {
            return s_peer.ToResult();
        }

        if (body.Reason is not { Length: > 0 and <= MaxReason } reason || reason.Any(char.IsControl))
        {
            return s_invalid.ToResult();
        }

        await book.BanAsync(broadcast, named, reason, RoleOf(user), cancel);
        return Results.NoContent();
    }

    private async Task<IResult> LiftAsync(string id, string peer, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ManagedBy(id, user, cancel);
        return !PeerPseudonym.TryParse(peer, out var named) ? s_peer.ToResult()
            : await book.LiftAsync(broadcast, named, RoleOf(user), cancel) ? Results.NoContent() : s_none.ToResult();
    }

    private static string RoleOf(ClaimsPrincipal user) => user.HasClaim("role", "operator") ? "operator" : "broadcaster";
}

/// <summary>Why a peer is banned.</summary>
internal sealed record BanBody(string? Reason);

/// <summary>A ban.</summary>
/// <param name="Peer">The pseudonym.</param>
/// <param name="Reason">Why.</param>
/// <param name="BannedAt">Since when.</param>
internal sealed record BanView(string Peer, string Reason, DateTimeOffset BannedAt);

/// <summary>Bans, at most 1000.</summary>
internal sealed record BanListView(IReadOnlyList<BanView> Items);
