using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Peering.Admissions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Convictions;

/// <summary><c>/v1/broadcasts/{id}/convictions</c>: what peers were convicted of, and an operator's pardon.</summary>
internal sealed class ConvictionEndpoints(ConvictionBook book, SwarmLinks links)
{
    private const int MaxReason = 500;

    private static readonly Refusal s_invalid = new(400, "pardon-invalid", $"A pardon has a reason of 1 to {MaxReason} characters.");
    private static readonly Refusal s_peer = new(404, "peer-unknown", "A peer is named by its pseudonym, 43 characters of base64url, as it stands in its admission.");
    private static readonly Refusal s_none = new(404, "conviction-unknown", "This peer is not convicted of anything that it was not pardoned.");
    private static readonly Refusal s_role = new(403, "role-missing", "To pardon a convicted peer is the operator's.");

    public static void Map(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}/convictions").WithTags("swarm");
        group.MapGet("", static (string id, ClaimsPrincipal user, ConvictionEndpoints e, CancellationToken cancel) => e.ListAsync(id, user, cancel)).WithName("listConvictions").Produces<ConvictionListView>();
        group.MapPost("{peer}/pardon", static (string id, string peer, PardonBody body, ClaimsPrincipal user, ConvictionEndpoints e, CancellationToken cancel) => e.PardonAsync(id, peer, body, user, cancel))
            .WithName("pardonPeer").Produces(204);
    }

    private async Task<IResult> ListAsync(string id, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ManagedBy(id, user, cancel);
        return Results.Ok(new ConvictionListView([.. (await book.ListAsync(broadcast, cancel))
            .Select(static c => new ConvictionView(c.Peer.ToString(), Cryptography.StrictBase64Url.Encode(c.Key.ToArray()), c.Role, c.ConvictedAt, c.PardonedAt, c.PardonReason))]));
    }

    private async Task<IResult> PardonAsync(string id, string peer, PardonBody body, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ManagedBy(id, user, cancel);
        if (!user.HasClaim("role", "operator"))
        {
            return s_role.ToResult();
        }

        if (!PeerPseudonym.TryParse(peer, out var named))
        {
            return s_peer.ToResult();
        }

        if (body.Reason is not { Length: > 0 and <= MaxReason } reason || reason.Any(char.IsControl))
        {
            return s_invalid.ToResult();
        }

        return await book.PardonAsync(broadcast, named, reason, "operator", cancel) ? Results.NoContent() : s_none.ToResult();
    }
}

/// <summary>Why a peer is pardoned.</summary>
internal sealed record PardonBody(string? Reason);

/// <summary>A conviction.</summary>
/// <param name="Peer">The pseudonym.</param>
/// <param name="Key">The key that signed.</param>
/// <param name="Role">viewer, relay or seed.</param>
/// <param name="ConvictedAt">Since when.</param>
/// <param name="PardonedAt">Until when it kept the peer out; null while it does.</param>
/// <param name="PardonReason">Why it was pardoned.</param>
internal sealed record ConvictionView(string Peer, string Key, string Role, DateTimeOffset ConvictedAt, DateTimeOffset? PardonedAt, string? PardonReason);

/// <summary>Convictions, at most 1000.</summary>
internal sealed record ConvictionListView(IReadOnlyList<ConvictionView> Items);
