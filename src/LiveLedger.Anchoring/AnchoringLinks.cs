using LiveLedger.Cryptography;
using LiveLedger.Ledger;
using LiveLedger.Media;

namespace LiveLedger.Anchoring;

/// <summary>What this stage needs of others, tied together by the server: stages do not know one another.</summary>
public sealed record AnchoringLinks
{
    /// <summary>The account that controls a broadcast; null if there is no such broadcast.</summary>
    public required Func<BroadcastId, CancellationToken, ValueTask<string?>> OwnerOf { get; init; }

    /// <summary>The broadcaster's identity key (43 characters of base64url); null before the session key is certified.</summary>
    public required Func<BroadcastId, CancellationToken, ValueTask<string?>> IdentityOf { get; init; }

    /// <summary>How each track ended: name, segments, SHA-256 of the last record; null while the broadcast has not ended.</summary>
    public required Func<BroadcastId, CancellationToken, ValueTask<IReadOnlyList<(TrackName Track, uint Segments, Sha256Hash? LastRecord)>?>> TotalsOf { get; init; }

    /// <summary>The broadcast that an event starts or ends; null for every other event.</summary>
    public required Func<StoredEvent, (BroadcastId Broadcast, bool Ended)?> TurnOf { get; init; }

    /// <summary>When the newest segment of a broadcast was served by this process (null before the first), and whether the broadcast has ended; null where it is not this process that publishes it.</summary>
    public required Func<BroadcastId, CancellationToken, ValueTask<(DateTimeOffset? Last, bool Ended)?>> ServedOf { get; init; }

    /// <summary>Makes a broadcast another account's, with the identity key (43 characters of base64url) it has named.</summary>
    public required Func<BroadcastId, string, string, CancellationToken, Task> HandOver { get; init; }

    /// <summary>The entitlement that an event opens a playback by; null for every other event.</summary>
    public required Func<StoredEvent, (BroadcastId Broadcast, Guid Entitlement)?> PlaybackOpenedBy { get; init; }

    /// <summary>The ticket that an entitlement stands for; null if a shop granted it.</summary>
    public required Func<Guid, CancellationToken, Task<string?>> TicketOf { get; init; }

    /// <summary>True if it is known without asking anybody that an entitlement stands for no ticket; that never changes.</summary>
    public Func<Guid, bool> IsWithoutTicket { get; init; } = static _ => false;

    /// <summary>Makes a ticket's entitlement what the chain says: broadcast, ticket, standing, the holder's wallet. Answers with the entitlement, if there ever was one.</summary>
    public required Func<BroadcastId, string, TicketStanding, string?, CancellationToken, Task<Guid?>> SettleTicket { get; init; }

    /// <summary>Says that a wallet is a viewer's: broadcast, wallet, viewer.</summary>
    public required Func<BroadcastId, string, string, CancellationToken, Task> LinkWallet { get; init; }

    /// <summary>Says that a wallet is this viewer's no more: broadcast, wallet, viewer, and whether the viewer's shop says it. False if it never was.</summary>
    public required Func<BroadcastId, string, string, bool, CancellationToken, Task<bool>> UnlinkWallet { get; init; }

    /// <summary>A viewer's wallets in a broadcast and since when they are, the last linked first; a wallet is null if it was linked before its name was kept.</summary>
    public required Func<BroadcastId, string, CancellationToken, Task<IReadOnlyList<(string? Wallet, DateTimeOffset LinkedAt)>>> WalletsOf { get; init; }

    /// <summary>The viewer whose a wallet is in a broadcast; null if nobody has linked it.</summary>
    public required Func<BroadcastId, string, CancellationToken, Task<string?>> ViewerOfWallet { get; init; }

    /// <summary>Fills the span with bytes that only this platform can make, the same for the same label.</summary>
    public required DeriveSecret DeriveSecret { get; init; }

    /// <summary>Signs a token for a viewer of a broadcast who has come by a wallet, and says so in it.</summary>
    public required Func<string, BroadcastId, TimeSpan, (string Token, DateTimeOffset ExpiresAt)> IssueViewerToken { get; init; }

    /// <summary>Hands the order to anchor the log as it is, or so that so much of it is, to the message bus. Done when the bus has it.</summary>
    public required Func<string, ulong?, CancellationToken, Task> OrderAnchor { get; init; }
}

/// <summary>Makes a secret of a broadcast.</summary>
/// <param name="broadcast">Whose.</param>
/// <param name="label">What for.</param>
/// <param name="secret">Where to.</param>
public delegate void DeriveSecret(BroadcastId broadcast, string label, Span<byte> secret);

/// <summary>What a chain says of a ticket.</summary>
public enum TicketStanding
{
    /// <summary>There is none: the chain has taken back the block that sold it.</summary>
    Unsold,

    /// <summary>Somebody holds it.</summary>
    Held,

    /// <summary>Its holder has given it up.</summary>
    Burned,

    /// <summary>And the price was given back.</summary>
    Refunded,
}
