using LiveLedger.Licensing.Offers;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Licences;

/// <summary>
/// The one rule of licences. It knows no clock, no database and no request: the same terms and facts give the same answer in an audit. The
/// order of its questions is part of it: what a request is told first. docs/licensing.md has a row for each bound.
/// </summary>
internal static class LicenceRule
{
    public static LicenceDecision Decide(OfferTerms terms, LicenceFacts facts)
    {
        if (Refused(terms, facts) is { } reason)
        {
            return new(reason);
        }

        var given = new List<AskedKey>(facts.Asked.Count);
        LicenceDecision? left = null;
        foreach (var key in facts.Asked)
        {
            if (LeftOut(terms, facts, key) is { } why)
            {
                left ??= why;
            }
            else
            {
                given.Add(key);
            }
        }

        // Keys that are not for this viewer, or not yet, are left out of an answer that holds others; an answer without keys is a refusal.
        return given.Count == 0
            ? left!
            : new(LicenceReason.Granted) { Given = given, Until = UntilOf(terms, facts), Drops = DropsOf(terms, facts) };
    }

    /// <summary>Whether a playback that asks for no keys now may go on: a heartbeat. Null: it may.</summary>
    public static LicenceReason? Ends(OfferTerms terms, LicenceFacts facts) => Refused(terms, facts with { Asked = [] }, keys: false);

    private static LicenceReason? Refused(OfferTerms terms, LicenceFacts facts, bool keys = true) => facts switch
    {
        { Phase: null } => LicenceReason.BroadcastUnknown,
        { Standing: Standing.None } => LicenceReason.NotEntitled,
        { Phase: BroadcastPhase.TakenDown } => LicenceReason.BroadcastTakenDown,
        { Standing: Standing.Suspended } => LicenceReason.EntitlementSuspended,
        { Standing: Standing.Revoked } => LicenceReason.EntitlementRevoked,
        { Standing: Standing.Refunded } => LicenceReason.EntitlementRefunded,
        { Standing: Standing.Transferred } => LicenceReason.EntitlementTransferred,
        // Who asks for a key of another broadcast is not given half an answer to learn from.
        _ when keys && (facts.Asked.Count == 0 || facts.Asked.Any(static key => key.Use is null)) => LicenceReason.KeyNotOfBroadcast,
        { Phase: BroadcastPhase.Created } => LicenceReason.NotStarted,
        _ when terms.Viewing.IsAhead(facts.Now) => LicenceReason.ViewingWindowNotOpen,
        _ when terms.Viewing.IsOver(facts.Now) => LicenceReason.ViewingWindowClosed,
        { FirstPlayedAt: null } when facts.Now >= facts.GrantedAt + terms.Rental => LicenceReason.RentalExpired,
        { FirstPlayedAt: { } first } when facts.Now >= first + terms.PlaybackDuration => LicenceReason.PlaybackExpired,
        _ when terms.Regions.Asks && !terms.Regions.Holds(facts.Region) => LicenceReason.RegionBlocked,
        { Freshness: Freshness.Unsaid } when keys && terms.ReplayProtection => LicenceReason.NonceMissing,
        { Freshness: Freshness.Seen } when keys && terms.ReplayProtection => LicenceReason.RequestReplayed,
        { IsOpen: false, Device: null } when terms.MaxDevices is not null => LicenceReason.DeviceMissing,
        { IsOpen: false } when facts.Devices.Count >= terms.MaxDevices && !facts.Devices.Contains(facts.Device!) => LicenceReason.TooManyDevices,
        { DroppedAt: { } dropped } when facts.Now >= dropped + terms.DropGrace => LicenceReason.PlaybackDropped,
        { IsOpen: false } when terms.Concurrency == ConcurrencyMode.RefuseNew && facts.Others.Count >= terms.MaxPlaybacks => LicenceReason.TooManyPlaybacks,
        _ => null,
    };

    /// <summary>Why a key is not given to somebody who may watch; null if it is.</summary>
    private static LicenceDecision? LeftOut(OfferTerms terms, LicenceFacts facts, AskedKey key)
    {
        var use = key.Use!.Value;
        if (use.Class > terms.MaxTier)
        {
            return new(LicenceReason.TierNotIncluded);
        }

        if (facts.Phase == BroadcastPhase.Ended)
        {
            return terms.Vod ? null : new(LicenceReason.VodNotIncluded);
        }

        if (key.From is { } from)
        {
            return !terms.Live ? new(LicenceReason.LiveNotIncluded) : facts.Now >= from ? null : new(LicenceReason.KeyNotDue) { RetryAt = from };
        }

        var live = KeyRelease.IsLive(facts.KeyPeriod, facts.Edge, use.CryptoPeriod);
        if (live ? !terms.Live : !terms.Dvr)
        {
            return new(live ? LicenceReason.LiveNotIncluded : LicenceReason.DvrNotIncluded);
        }

        var due = KeyRelease.DueAt(facts.KeyPeriod, facts.Edge, use.CryptoPeriod, facts.Jitter);
        return facts.Now >= due ? null : new(LicenceReason.KeyNotDue) { RetryAt = due };
    }

    private static DateTimeOffset? UntilOf(OfferTerms terms, LicenceFacts facts)
    {
        var until = terms.Viewing.Until;
        var played = (facts.FirstPlayedAt ?? facts.Now) + terms.PlaybackDuration;
        return until is null || played < until ? played ?? until : until;
    }

    private static IReadOnlyList<OtherPlayback> DropsOf(OfferTerms terms, LicenceFacts facts) =>
        !facts.IsOpen && terms.Concurrency == ConcurrencyMode.DropOldest && facts.Others.Count >= terms.MaxPlaybacks
            ? [.. facts.Others.OrderBy(static other => other.OpenedAt).ThenBy(static other => other.Id, StringComparer.Ordinal).Take(facts.Others.Count - terms.MaxPlaybacks.Value + 1)]
            : [];
}
