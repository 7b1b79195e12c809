using System.Net;
using System.Security.Claims;
using System.Text;
using System.Text.Json.Serialization;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Revocations;
using LiveLedger.Swarm.Tracker;
using Microsoft.AspNetCore.Http;

namespace LiveLedger.Swarm;

/// <summary>What this stage needs of others, tied together by the server: stages do not know one another.</summary>
public sealed record SwarmLinks
{
    /// <summary>Our name in tokens.</summary>
    public required string Issuer { get; init; }

    /// <summary>The key that verifies what <see cref="SignAdmission"/> and <see cref="SignRevocation"/> sign.</summary>
    public required Ed25519PublicKey PlatformKey { get; init; }

    /// <summary>Signs an admission as the platform.</summary>
    public required Func<Admission, string> SignAdmission { get; init; }

    /// <summary>Signs a revocation as the platform.</summary>
    public required Func<Revocation, string> SignRevocation { get; init; }

    /// <summary>Signs a token that names a relay's grant, for so long.</summary>
    public required Func<Guid, TimeSpan, (string Token, DateTimeOffset ExpiresAt)> SignRelayToken { get; init; }

    /// <summary>
    /// What the viewer of a request may do in the swarm, by an open playback of theirs (32 hexadecimal characters). A named refusal, as <see cref="Ledger.Refusals.RefusedException"/>,
    /// if there is no such playback or it may not go on.
    /// </summary>
    public required Func<HttpContext, string, CancellationToken, ValueTask<ViewerRight>> RightOf { get; init; }

    /// <summary>The entitlement whose holder an event sends away, at least for now; null for every other event.</summary>
    public required Func<StoredEvent, (BroadcastId Broadcast, Guid Entitlement)?> EndedBy { get; init; }

    /// <summary>The segment that an event is the sealing of; null for every other event.</summary>
    public required Func<StoredEvent, SealedNotice?> SealedBy { get; init; }

    /// <summary>What is known of a broadcast; null if there is none.</summary>
    public required Func<BroadcastId, CancellationToken, ValueTask<BroadcastFacts?>> FactsOf { get; init; }

    /// <summary>The broadcasts that are live now.</summary>
    public required Func<CancellationToken, Task<IReadOnlyList<BroadcastId>>> LiveBroadcasts { get; init; }

    /// <summary>The broadcaster's identity key (43 characters of base64url); null before the session key is certified.</summary>
    public required Func<BroadcastId, CancellationToken, ValueTask<string?>> IdentityOf { get; init; }

    /// <summary>The address a request comes from, behind the proxies that are trusted.</summary>
    public required Func<HttpContext, IPAddress?> AddressOf { get; init; }

    /// <summary>The region of an address, in words of the operator's table; null if nobody can say.</summary>
    public required Func<IPAddress, string?> RegionOf { get; init; }

    /// <summary>The broadcast, if the caller owns it or is an operator; else a named refusal.</summary>
    public required Func<string, ClaimsPrincipal, CancellationToken, Task<BroadcastId>> ManagedBy { get; init; }
}

/// <summary>A viewer's right in the swarm.</summary>
/// <param name="Broadcast">Where.</param>
/// <param name="Entitlement">By which entitlement.</param>
/// <param name="Sharing">Whether they pass the media on, by their offer and the broadcast.</param>
/// <param name="Peers">From whom the broadcast's viewers take it.</param>
public readonly record struct ViewerRight(BroadcastId Broadcast, Guid Entitlement, PeerSharingRule Sharing, BroadcastPeers Peers);

/// <summary>Whether viewers pass the media on to one another.</summary>
public enum PeerSharingRule
{
    /// <summary>As they like.</summary>
    Optional,

    /// <summary>They must.</summary>
    Required,

    /// <summary>They must not: they are introduced to relays alone, and send nothing.</summary>
    Forbidden,
}

/// <summary>Settings of this stage.</summary>
public sealed record SwarmOptions
{
    /// <summary>Folder of wrapped keys (0700).</summary>
    public required string KeysFolder { get; init; }

    /// <summary>The address the outside reaches us by, without a trailing slash; null to answer with the one a request came by.</summary>
    public string? PublicUrl { get; init; }

    /// <summary>The address of this one of several servers that share a platform, without a trailing slash: peers of a broadcast come together at one of them. Null where there is one.</summary>
    public string? OwnUrl { get; init; }

    /// <summary>Fewer viewers than this are not introduced to one another.</summary>
    public int MinViewers { get; init; } = 3;

    /// <summary>UDP port of our own STUN; null for none.</summary>
    public int? StunPort { get; init; }

    /// <summary>An operator's TURN servers, as browsers take them.</summary>
    public IReadOnlyList<IceServer> Turn { get; init; } = [];
}

/// <summary>A STUN or TURN server (W3C WebRTC §4.2.2, <c>RTCIceServer</c>).</summary>
/// <param name="Urls">Its addresses.</param>
/// <param name="Username">Null for none.</param>
/// <param name="Credential">Null for none.</param>
public sealed record IceServer(
    IReadOnlyList<string> Urls,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Username = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Credential = null)
{
    // Records print their members, and what is printed is logged.
    private bool PrintMembers(StringBuilder builder) => builder.Append("Urls = ").AppendJoin(", ", Urls) is not null;
}
