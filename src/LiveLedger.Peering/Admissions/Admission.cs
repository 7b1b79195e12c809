using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Peering.Admissions;

/// <summary>What the platform says of a peer (docs/formats/admission.md). Signed, it is the text that tracker and peers ask each other for.</summary>
public sealed record Admission
{
    /// <summary>Longest time from <see cref="IssuedAt"/> to <see cref="ExpiresAt"/>.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromMinutes(10);

    /// <summary>Most tracks that are named.</summary>
    public const int MaxTracks = 32;

    /// <summary>Longest address in characters.</summary>
    public const int MaxUrlLength = 512;

    /// <summary>Longest name of the platform in characters.</summary>
    public const int MaxIssuerLength = 256;

    /// <summary>The platform.</summary>
    public required string Issuer { get; init; }

    /// <summary>This admission's own name, 22 characters.</summary>
    public required string Id { get; init; }

    /// <summary>The peer, by its entitlement or grant: a ban is of this, not of a key that is changed at will.</summary>
    public required PeerPseudonym Peer { get; init; }

    /// <summary>The peer's key. Whoever shows the admission proves that it is theirs.</summary>
    public required Ed25519PublicKey Key { get; init; }

    /// <summary>The only broadcast it is good for.</summary>
    public required BroadcastId Broadcast { get; init; }

    /// <summary>What the peer is there.</summary>
    public required PeerRole Role { get; init; }

    /// <summary>Carried in whole seconds; not good before.</summary>
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>Carried in whole seconds; not good from then on.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>The broadcaster's identity, which every record of the broadcast leads to: what a peer checks chunks by when it can ask nobody.</summary>
    public required Ed25519PublicKey Identity { get; init; }

    /// <summary>The WebSocket of the broadcast's tracker.</summary>
    public required Uri Tracker { get; init; }

    /// <summary>Tracks that it may swap; null for all.</summary>
    public IReadOnlyList<TrackName>? Tracks { get; init; }

    /// <summary>Most bits a second that it may be asked to send; 0 for a peer that only receives, null for no bound but its own.</summary>
    public long? UploadLimit { get; init; }

    /// <summary>True if it is introduced to relays only.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>How it stands: new, known or proven. Who is banned is not admitted.</summary>
    public Band Band { get; init; }

    /// <summary>When it was last pardoned what was proved of it before; null if nothing was. Carried in whole seconds.</summary>
    public DateTimeOffset? PardonedAt { get; init; }

    /// <summary>A relay's web origin, as browsers reach it; null for everybody else.</summary>
    public string? Origin { get; init; }
}
