using System.Security.Claims;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Reputation;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LiveLedger.Swarm.Reputation;

/// <summary><c>/v1/broadcasts/{id}/standings</c>: what peers have earned, and why.</summary>
internal sealed class StandingEndpoints(StandingBook book, SwarmLinks links)
{
    private static readonly Refusal s_peer = new(404, "peer-unknown", "A peer is named by its pseudonym, 43 characters of base64url, as it stands in its admission.");

    public static void Map(RouteGroupBuilder broadcasts)
    {
        var group = broadcasts.MapGroup("{id}/standings").WithTags("swarm");
        group.MapGet("", static (string id, ClaimsPrincipal user, StandingEndpoints e, CancellationToken cancel) => e.ListAsync(id, user, cancel)).WithName("listStandings").Produces<StandingListView>();
        group.MapGet("{peer}", static (string id, string peer, ClaimsPrincipal user, StandingEndpoints e, CancellationToken cancel) => e.ReadAsync(id, peer, user, cancel))
            .WithName("readStanding").Produces<StandingView>();
    }

    private async Task<IResult> ListAsync(string id, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ManagedBy(id, user, cancel);
        return Results.Ok(new StandingListView([.. (await book.ListAsync(broadcast, StandingBook.MaxListed, cancel)).Select(StandingView.Of)]));
    }

    private async Task<IResult> ReadAsync(string id, string peer, ClaimsPrincipal user, CancellationToken cancel)
    {
        var broadcast = await links.ManagedBy(id, user, cancel);
        return PeerPseudonym.TryParse(peer, out var named) && await book.FindAsync(broadcast, named, cancel) is { } standing ? Results.Ok(StandingView.Of(standing)) : s_peer.ToResult();
    }
}

/// <summary>A standing and what it is made of (docs/formats/standing.md).</summary>
/// <param name="Peer">The pseudonym.</param>
/// <param name="Score">0 to 999.</param>
/// <param name="Band">new, known, proven or banned.</param>
/// <param name="Good">Service as it counts now, Q16; one is 15 s of a viewer's whole stream.</param>
/// <param name="Bad">Offences as they count now, Q16.</param>
/// <param name="Receipts">Receipts that counted.</param>
/// <param name="Bytes">Bytes that were credited.</param>
/// <param name="Receivers">Receivers in ten minutes before the last of them.</param>
/// <param name="Forks">Forks that it signed.</param>
/// <param name="Convictions">Proofs of fraud against its keys.</param>
/// <param name="Convicted">True until a pardon.</param>
/// <param name="Banned">True while it is banned.</param>
/// <param name="Index">The broadcast's last event that was counted.</param>
/// <param name="Formula">The formula's version.</param>
internal sealed record StandingView(string Peer, int Score, string Band, long Good, long Bad, long Receipts, long Bytes, int Receivers, int Forks, int Convictions, bool Convicted, bool Banned,
    ulong Index, int Formula)
{
    public static StandingView Of(CountedStanding counted)
    {
        var s = counted.Standing;
        return new(counted.Peer.ToString(), s.Score, Bands.TextOf(s.Band), s.Good, s.Bad, s.Receipts, s.Bytes, s.Receivers, s.Forks, s.Convictions, s.IsConvicted, s.IsBanned,
            counted.Index, Peering.Reputation.Formula.Version);
    }
}

/// <summary>Standings, at most 1000.</summary>
internal sealed record StandingListView(IReadOnlyList<StandingView> Items);
