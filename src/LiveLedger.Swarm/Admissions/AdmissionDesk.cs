using System.Runtime.CompilerServices;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Bans;
using LiveLedger.Swarm.Reputation;

namespace LiveLedger.Swarm.Admissions;

/// <summary>Who wants to be admitted, once the token was believed.</summary>
/// <param name="Broadcast">Where.</param>
/// <param name="Right">By which entitlement or grant.</param>
/// <param name="Role">As what.</param>
internal sealed record Applicant(BroadcastId Broadcast, Guid Right, PeerRole Role)
{
    /// <summary>Most bits a second; null for no bound.</summary>
    public long? UploadLimit { get; init; }

    /// <summary>Introduced to relays alone.</summary>
    public bool IsPrivate { get; init; }

    /// <summary>A relay's web origin.</summary>
    public string? Origin { get; init; }
}

/// <summary>Admits peers: a key that is proved, for who is known and not banned. In the ledger before it is answered.</summary>
internal sealed class AdmissionDesk(EventStore ledger, PeerPseudonyms pseudonyms, BanBook bans, HeldBands bands, SwarmLinks links, TimeProvider time)
{
    /// <summary>How far a proof's time may be from ours.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(60);

    private static readonly Refusal s_unproved = new(403, "possession-unproved", "The proof is not that key's over this request; see docs/formats/peer-proofs.md.");
    private static readonly Refusal s_stale = new(403, "proof-stale", "The proof's time is more than a minute from ours: take serverTime of GET /v1/admissions.");
    private static readonly Refusal s_seen = new(409, "nonce-seen", "The proof's nonce was used; sign a new one.");
    private static readonly Refusal s_tooMany = new(429, "too-many-admissions", "This entitlement or grant has asked for more admissions than any player needs; the last one is good for ten minutes.");
    private static readonly Refusal s_banned = new(403, "peer-banned", "This entitlement or grant is banned from the broadcast's swarm; playing from the origin is not.");
    private static readonly Refusal s_convicted = new(403, "key-convicted", "This key signed what was not so, and it was pardoned to its owner. Ask with a new key: a player has one when it is opened anew, a relay when its key file is removed.");
    private static readonly Refusal s_unknown = new(404, "broadcast-unknown", "There is no such broadcast, or it is not yours.");
    private static readonly Refusal s_identity = new(409, "identity-unknown", "The broadcaster has not certified its session key yet: there is nothing to check chunks by.");

    private readonly AdmissionLimit _limit = new(time);
    private readonly ConditionalWeakTable<string, Identity> _identities = [];
    private readonly SeenNonces _nonces = new(time, 2 * Freshness);

    /// <summary>Admits, or refuses by name.</summary>
    /// <param name="applicant">Who.</param>
    /// <param name="possession">With which key.</param>
    /// <param name="tracker">Where its tracker is.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="RefusedException">It is not admitted.</exception>
    /// <exception cref="LedgerUnavailableException">It could not be written down; ask again.</exception>
    public async Task<(Admission Admission, string Token)> AdmitAsync(Applicant applicant, Possession possession, Uri tracker, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        if ((now - possession.At).Duration() > Freshness)
        {
            throw new RefusedException(s_stale);
        }

        if (!possession.IsProved(links.Issuer, applicant.Broadcast))
        {
            throw new RefusedException(s_unproved);
        }

        // After the signature: nobody else can use up a peer's nonce.
        if (!_nonces.TryTake(possession.Nonce))
        {
            throw new RefusedException(s_seen);
        }

        var peer = pseudonyms.Of(applicant.Broadcast, applicant.Right);
        if (_limit.Take(peer) is { } wait)
        {
            throw new RefusedException(s_tooMany with { RetryAfter = wait });
        }

        var known = await bans.FindAsync(applicant.Broadcast, peer, possession.Key, cancel);
        if (known.IsBanned)
        {
            throw new RefusedException(s_banned);
        }

        if (known.IsKeyConvicted)
        {
            throw new RefusedException(s_convicted);
        }

        if (await links.FactsOf(applicant.Broadcast, cancel) is not { Phase: not BroadcastPhase.TakenDown })
        {
            throw new RefusedException(s_unknown);
        }

        // After the pardon, by the seconds that both are carried in: a lie told with it is not among what was pardoned.
        var issued = DateTimeOffset.FromUnixTimeSeconds(Math.Max(now.ToUnixTimeSeconds(), known.PardonedAt?.ToUnixTimeSeconds() + 1 ?? 0));
        var admission = new Admission
        {
            Issuer = links.Issuer,
            // RFC 9562 §5.7. By time, for the five indexes that have the stream's name: at random places each admission would touch pages of its own.
            Id = StrictBase64Url.Encode(Guid.CreateVersion7(now).ToByteArray(bigEndian: true)),
            Peer = peer,
            Key = possession.Key,
            Broadcast = applicant.Broadcast,
            Role = applicant.Role,
            IssuedAt = issued,
            ExpiresAt = issued + Admission.LongestLife,
            Identity = await IdentityAsync(applicant.Broadcast, cancel),
            Tracker = tracker,
            UploadLimit = applicant.UploadLimit,
            IsPrivate = applicant.IsPrivate,
            Origin = applicant.Origin,
            PardonedAt = known.PardonedAt,
            Band = await bands.OfAsync(applicant.Broadcast, peer, cancel),
        };
        var token = links.SignAdmission(admission);
        // A crash from here on leaves an admission in the log that nobody has: it ends by itself.
        await ledger.AppendFirstAsync(AdmissionEvents.StreamOf(admission), AdmissionEvents.Admitted(admission), cancel);
        return (admission, token);
    }

    // To look whether a point is a sound key costs as much as a signature, and the text is the same object for as long as the broadcast is in memory.
    private async ValueTask<Ed25519PublicKey> IdentityAsync(BroadcastId broadcast, CancellationToken cancel) =>
        await links.IdentityOf(broadcast, cancel) is { } text ? _identities.GetValue(text, Identity.Read).Key : throw new RefusedException(s_identity);

    private sealed record Identity(Ed25519PublicKey Key)
    {
        public static Identity Read(string text) =>
            StrictBase64Url.TryDecode(text, out var point) && Ed25519PublicKey.TryParse(point, out var key) ? new(key) : throw new RefusedException(s_identity);
    }
}
