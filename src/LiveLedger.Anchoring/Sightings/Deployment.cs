using System.Security.Cryptography;
using LiveLedger.Chain;
using LiveLedger.Ledger;

namespace LiveLedger.Anchoring.Sightings;

/// <summary>Our three contracts on a chain. Others on the same chain, or of an earlier deployment, are somebody else's.</summary>
/// <param name="Chain">Which chain.</param>
/// <param name="Anchor">CheckpointAnchor.</param>
/// <param name="Ownership">BroadcastOwnership.</param>
/// <param name="Tickets">Tickets.</param>
public sealed record Deployment(ChainId Chain, Address Anchor, Address Ownership, Address Tickets)
{
    /// <summary>Names it in streams and tables: the chain's id and eight characters of a hash over the three addresses.</summary>
    public string Name { get; } = NameOf(Chain, Anchor, Ownership, Tickets);

    /// <summary>The stream of what was seen of it.</summary>
    internal StreamName Stream => new(SightingEvents.Prefix + Name);

    private static string NameOf(ChainId chain, Address anchor, Address ownership, Address tickets) =>
        $"{chain}-{Convert.ToHexStringLower(SHA256.HashData([.. anchor.ToArray(), .. ownership.ToArray(), .. tickets.ToArray()]).AsSpan(0, 4))}";
}
