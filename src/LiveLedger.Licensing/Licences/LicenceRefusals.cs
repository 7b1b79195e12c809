using LiveLedger.Ledger.Refusals;

namespace LiveLedger.Licensing.Licences;

/// <summary>What a viewer is told. The codes are the reasons' own, but that a broadcast which is none of ours is one the viewer is not entitled to.</summary>
internal static class LicenceRefusals
{
    private static readonly Dictionary<LicenceReason, Refusal> s_refusals = new()
    {
        [LicenceReason.BroadcastUnknown] = new(403, "not-entitled", "This viewer may not watch this broadcast."),
        [LicenceReason.NotEntitled] = new(403, "not-entitled", "This viewer may not watch this broadcast."),
        [LicenceReason.BroadcastTakenDown] = new(403, "broadcast-taken-down", "This broadcast was withdrawn."),
        [LicenceReason.EntitlementSuspended] = new(403, "entitlement-suspended", "The right to watch this broadcast is suspended."),
        [LicenceReason.EntitlementRevoked] = new(403, "entitlement-revoked", "The right to watch this broadcast was revoked."),
        [LicenceReason.EntitlementRefunded] = new(403, "entitlement-refunded", "The right to watch this broadcast was given back for its price."),
        [LicenceReason.EntitlementTransferred] = new(403, "entitlement-transferred", "The right to watch this broadcast was passed on to somebody else."),
        [LicenceReason.KeyNotOfBroadcast] = new(403, "key-not-of-broadcast", "A key was asked for that is not one of the token's broadcast."),
        [LicenceReason.NotStarted] = new(403, "not-started", "This broadcast has not started.") { RetryAfter = TimeSpan.FromSeconds(10) },
        [LicenceReason.ViewingWindowNotOpen] = new(403, "viewing-window-not-open", "The time in which this may be watched has not begun."),
        [LicenceReason.ViewingWindowClosed] = new(403, "viewing-window-closed", "The time in which this may be watched is over."),
        [LicenceReason.RentalExpired] = new(403, "rental-expired", "This was rented, and not begun in time."),
        [LicenceReason.PlaybackExpired] = new(403, "playback-expired", "The time to watch this, from when it was begun, is over."),
        [LicenceReason.RegionBlocked] = new(403, "region-blocked", "This may not be watched from here."),
        [LicenceReason.NonceMissing] = new(403, "nonce-missing", "The offer asks for requests with a playback and a nonce; this player sends none."),
        [LicenceReason.RequestReplayed] = new(403, "request-replayed", "This request was made before."),
        [LicenceReason.DeviceMissing] = new(403, "device-missing", "The offer asks for requests that name their device; this player names none."),
        [LicenceReason.TooManyDevices] = new(403, "too-many-devices", "This was watched on as many devices as the offer allows."),
        [LicenceReason.PlaybackDropped] = new(403, "playback-dropped", "Another playback has taken this one's place."),
        [LicenceReason.TooManyPlaybacks] = new(403, "too-many-playbacks", "As many playbacks as the offer allows are open.") { RetryAfter = TimeSpan.FromSeconds(30) },
        [LicenceReason.TierNotIncluded] = new(403, "tier-not-included", "The offer does not include this quality."),
        [LicenceReason.LiveNotIncluded] = new(403, "live-not-included", "The offer does not include what is live."),
        [LicenceReason.DvrNotIncluded] = new(403, "dvr-not-included", "The offer does not include going back while it is live."),
        [LicenceReason.VodNotIncluded] = new(403, "vod-not-included", "The offer does not include the recording."),
        [LicenceReason.KeyNotDue] = new(403, "key-not-due", "The key is for a time to come; ask again when it is due."),
    };

    /// <summary>The answer for a decision that gives nothing.</summary>
    public static Refusal Of(LicenceDecision decision, DateTimeOffset now)
    {
        var refusal = s_refusals[decision.Reason];
        return decision.RetryAt is { } at ? refusal with { RetryAfter = at - now < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : at - now } : refusal;
    }

    /// <summary>The answer for a playback that has ended.</summary>
    public static Refusal Of(LicenceReason reason) => s_refusals[reason];
}
