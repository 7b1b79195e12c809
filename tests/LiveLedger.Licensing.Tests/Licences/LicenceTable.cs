using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.Licences;

/// <summary>Each bound of the rule, from both sides. docs/licensing.md shows these rows.</summary>
internal static class LicenceTable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 21, 20, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_hours = TimeSpan.FromHours(48);
    private static readonly OfferTerms s_open = OfferTerms.Open;

    private static readonly KeyPeriodLength s_minute = KeyPeriodLength.TryOf(60, out var minute) ? minute : default;

    // 100 seconds sealed at this moment: periods 0 (behind) and 1 (playing), 2 begins in 20 s, 3 in 80 s.
    private static readonly LicenceFacts s_live = new()
    {
        Now = s_now,
        Phase = BroadcastPhase.Live,
        KeyPeriod = s_minute,
        Edge = new(100, s_now),
        Standing = Standing.Entitled,
        GrantedAt = s_now - TimeSpan.FromHours(1),
        Asked = [Key(TrackClass.Sd, 1)],
    };

    private static readonly LicenceFacts s_ended = s_live with { Phase = BroadcastPhase.Ended };

    public static IReadOnlyList<LicenceRow> Rows { get; } =
    [
        new("standing", "the token's broadcast is none of ours", s_open, s_live with { Phase = null, Asked = [] }, LicenceReason.BroadcastUnknown),
        new("standing", "no entitlement", s_open, s_live with { Standing = Standing.None }, LicenceReason.NotEntitled),
        new("standing", "suspended", s_open, s_live with { Standing = Standing.Suspended }, LicenceReason.EntitlementSuspended),
        new("standing", "revoked", s_open, s_live with { Standing = Standing.Revoked }, LicenceReason.EntitlementRevoked),
        new("standing", "refunded", s_open, s_live with { Standing = Standing.Refunded }, LicenceReason.EntitlementRefunded),
        new("standing", "passed on to another viewer", s_open, s_live with { Standing = Standing.Transferred }, LicenceReason.EntitlementTransferred),
        new("standing", "entitled", s_open, s_live, LicenceReason.Granted),
        new("broadcast", "taken down, live or ended", s_open, s_live with { Phase = BroadcastPhase.TakenDown }, LicenceReason.BroadcastTakenDown),
        new("broadcast", "not started", s_open, s_live with { Phase = BroadcastPhase.Created }, LicenceReason.NotStarted),
        new("broadcast", "live, and an id asked for is none of its keys", s_open, s_live with { Asked = [Key(TrackClass.Sd, 1), new(Id(9, 9), null)] }, LicenceReason.KeyNotOfBroadcast),
        new("viewing window", "1 s before it opens", s_open with { Viewing = new(s_now + s_second, null) }, s_live, LicenceReason.ViewingWindowNotOpen),
        new("viewing window", "as it opens", s_open with { Viewing = new(s_now, null) }, s_live, LicenceReason.Granted),
        new("viewing window", "1 s before it closes", s_open with { Viewing = new(null, s_now + s_second) }, s_live, LicenceReason.Granted),
        new("viewing window", "as it closes", s_open with { Viewing = new(null, s_now) }, s_live, LicenceReason.ViewingWindowClosed),
        new("rental", "first playback 1 s before it ends", s_open with { Rental = s_hours }, s_live with { GrantedAt = s_now - s_hours + s_second }, LicenceReason.Granted),
        new("rental", "first playback as it ends", s_open with { Rental = s_hours }, s_live with { GrantedAt = s_now - s_hours }, LicenceReason.RentalExpired),
        new("rental", "after it, begun in time", s_open with { Rental = s_hours }, s_live with { GrantedAt = s_now - 2 * s_hours, FirstPlayedAt = s_now - s_hours }, LicenceReason.Granted),
        new("playback duration", "1 s before it ends", s_open with { PlaybackDuration = s_hours }, s_live with { FirstPlayedAt = s_now - s_hours + s_second }, LicenceReason.Granted),
        new("playback duration", "as it ends", s_open with { PlaybackDuration = s_hours }, s_live with { FirstPlayedAt = s_now - s_hours }, LicenceReason.PlaybackExpired),
        new("playback duration", "never played", s_open with { PlaybackDuration = s_second }, s_live, LicenceReason.Granted),
        new("live", "not included, the period that plays", s_open with { Live = false }, s_live, LicenceReason.LiveNotIncluded),
        new("live", "not included, a period that ended 59 s ago", s_open with { Live = false }, s_live with { Edge = new(119, s_now), Asked = [Key(TrackClass.Sd, 0)] }, LicenceReason.LiveNotIncluded),
        new("live", "not included, a period that ended 60 s ago", s_open with { Live = false }, s_live with { Edge = new(120, s_now), Asked = [Key(TrackClass.Sd, 0)] }, LicenceReason.Granted),
        new("live", "not included, after the end", s_open with { Live = false }, s_ended, LicenceReason.Granted),
        new("DVR", "not included, a period that ended 59 s ago", s_open with { Dvr = false }, s_live with { Edge = new(119, s_now), Asked = [Key(TrackClass.Sd, 0)] }, LicenceReason.Granted),
        new("DVR", "not included, a period that ended 60 s ago", s_open with { Dvr = false }, s_live with { Edge = new(120, s_now), Asked = [Key(TrackClass.Sd, 0)] }, LicenceReason.DvrNotIncluded),
        new("DVR", "not included, one key for the whole broadcast", s_open with { Dvr = false }, s_live with { KeyPeriod = KeyPeriodLength.Whole, Asked = [Key(TrackClass.Sd, 0)] }, LicenceReason.Granted),
        new("VOD", "not included, live", s_open with { Vod = false }, s_live, LicenceReason.Granted),
        new("VOD", "not included, live, an hour behind it", s_open with { Vod = false }, s_live with { Edge = new(3600, s_now), Asked = [Key(TrackClass.Sd, 0)] }, LicenceReason.Granted),
        new("VOD", "not included, after the end", s_open with { Vod = false }, s_ended, LicenceReason.VodNotIncluded),
        new("tier", "SD, an SD key", s_open with { MaxTier = TrackClass.Sd }, s_live, LicenceReason.Granted),
        new("tier", "SD, an HD key", s_open with { MaxTier = TrackClass.Sd }, s_live with { Asked = [Key(TrackClass.Hd, 1)] }, LicenceReason.TierNotIncluded),
        new("tier", "SD, an HD key and an audio key", s_open with { MaxTier = TrackClass.Sd }, s_live with { Asked = [Key(TrackClass.Hd, 1), Key(TrackClass.Audio, 1)] }, LicenceReason.Granted, [Key(TrackClass.Audio, 1)]),
        new("tier", "AUDIO, an SD key", s_open with { MaxTier = TrackClass.Audio }, s_live, LicenceReason.TierNotIncluded),
        new("regions", "DE and AT allowed, from AT", s_open with { Regions = RegionRule.Only(["DE", "AT"]) }, s_live with { Region = "AT" }, LicenceReason.Granted),
        new("regions", "DE and AT allowed, from CH", s_open with { Regions = RegionRule.Only(["DE", "AT"]) }, s_live with { Region = "CH" }, LicenceReason.RegionBlocked),
        new("regions", "DE and AT allowed, from nobody knows where", s_open with { Regions = RegionRule.Only(["DE", "AT"]) }, s_live, LicenceReason.RegionBlocked),
        new("regions", "DE and AT blocked, from AT", s_open with { Regions = RegionRule.AllBut(["DE", "AT"]) }, s_live with { Region = "AT" }, LicenceReason.RegionBlocked),
        new("regions", "DE and AT blocked, from CH or nobody knows where", s_open with { Regions = RegionRule.AllBut(["DE", "AT"]) }, s_live, LicenceReason.Granted),
        new("playbacks", "2, refuse new: 1 other open", s_open with { MaxPlaybacks = 2 }, s_live with { Others = Others(1) }, LicenceReason.Granted),
        new("playbacks", "2, refuse new: 2 others open", s_open with { MaxPlaybacks = 2 }, s_live with { Others = Others(2) }, LicenceReason.TooManyPlaybacks),
        new("playbacks", "2, refuse new: 2 others open, and this one", s_open with { MaxPlaybacks = 2 }, s_live with { Others = Others(2), IsOpen = true }, LicenceReason.Granted),
        new("playbacks", "2, drop oldest: 1 other open", s_open with { MaxPlaybacks = 2, Concurrency = ConcurrencyMode.DropOldest }, s_live with { Others = Others(1) }, LicenceReason.Granted),
        new("playbacks", "2, drop oldest: 2 others open; the older one is dropped", s_open with { MaxPlaybacks = 2, Concurrency = ConcurrencyMode.DropOldest }, s_live with { Others = Others(2) }, LicenceReason.Granted, Drops: Others(2)[..1]),
        new("drop grace", "10 s, dropped 9 s ago", s_open with { DropGrace = TimeSpan.FromSeconds(10) }, s_live with { IsOpen = true, DroppedAt = s_now - TimeSpan.FromSeconds(9) }, LicenceReason.Granted),
        new("drop grace", "10 s, dropped 10 s ago", s_open with { DropGrace = TimeSpan.FromSeconds(10) }, s_live with { IsOpen = true, DroppedAt = s_now - TimeSpan.FromSeconds(10) }, LicenceReason.PlaybackDropped),
        new("devices", "2, played on 1 other", s_open with { MaxDevices = 2 }, s_live with { Device = "x", Devices = ["a"] }, LicenceReason.Granted),
        new("devices", "2, played on 2 others", s_open with { MaxDevices = 2 }, s_live with { Device = "x", Devices = ["a", "b"] }, LicenceReason.TooManyDevices),
        new("devices", "2, played on 2, one of them this", s_open with { MaxDevices = 2 }, s_live with { Device = "b", Devices = ["a", "b"] }, LicenceReason.Granted),
        new("devices", "2, the request names none", s_open with { MaxDevices = 2 }, s_live, LicenceReason.DeviceMissing),
        new("replay protection", "on, a new number", s_open with { ReplayProtection = true }, s_live with { Freshness = Freshness.Fresh }, LicenceReason.Granted),
        new("replay protection", "on, a number seen before", s_open with { ReplayProtection = true }, s_live with { Freshness = Freshness.Seen }, LicenceReason.RequestReplayed),
        new("replay protection", "on, no number", s_open with { ReplayProtection = true }, s_live, LicenceReason.NonceMissing),
        new("replay protection", "off, no number or one seen before", s_open, s_live with { Freshness = Freshness.Seen }, LicenceReason.Granted),
        // Period 2 begins at 120 s of media, which is in 20 s; half a period before that was 10 s ago.
        new("key period", "60 s; the next begins in 31 s", s_open, s_live with { Edge = new(89, s_now), Asked = [Key(TrackClass.Sd, 2)] }, LicenceReason.KeyNotDue, RetryAt: s_now + s_second),
        new("key period", "60 s; the next begins in 30 s, first of the playbacks", s_open, s_live with { Edge = new(90, s_now), Asked = [Key(TrackClass.Sd, 2)] }, LicenceReason.Granted),
        new("key period", "60 s; the next begins in 30 s, last of the playbacks", s_open, s_live with { Edge = new(90, s_now), Jitter = 0.999, Asked = [Key(TrackClass.Sd, 2)] }, LicenceReason.KeyNotDue, RetryAt: s_now + TimeSpan.FromSeconds(14.985)),
        new("key period", "60 s; the next begins in 15 s, last of the playbacks", s_open, s_live with { Edge = new(105, s_now), Jitter = 0.999, Asked = [Key(TrackClass.Sd, 2)] }, LicenceReason.Granted),
        new("key period", "60 s; this one's key and one not due", s_open, s_live with { Asked = [Key(TrackClass.Sd, 1), Key(TrackClass.Sd, 3)] }, LicenceReason.Granted, [Key(TrackClass.Sd, 1)]),
        new("key period", "an hour; the next begins in 61 s", s_open, s_live with { KeyPeriod = Hour(), Edge = new(3539, s_now), Asked = [Key(TrackClass.Sd, 1)] }, LicenceReason.KeyNotDue, RetryAt: s_now + s_second),
        new("key period", "an hour; the next begins in 60 s, first of the playbacks", s_open, s_live with { KeyPeriod = Hour(), Edge = new(3540, s_now), Asked = [Key(TrackClass.Sd, 1)] }, LicenceReason.Granted),
        new("key period", "no segment yet, the first period", s_open, s_live with { Edge = null, Asked = [Key(TrackClass.Sd, 0)] }, LicenceReason.Granted),
        new("key period", "no segment yet, the second period", s_open, s_live with { Edge = null, Asked = [Key(TrackClass.Sd, 1)] }, LicenceReason.KeyNotDue),
        new("packager's key", "1 s before it may be given", s_open, s_live with { Asked = [Packaged(s_now + s_second)] }, LicenceReason.KeyNotDue, RetryAt: s_now + s_second),
        new("packager's key", "as it may be given, whatever our own timeline", s_open, s_live with { Asked = [Packaged(s_now)] }, LicenceReason.Granted),
        new("packager's key", "live not included", s_open with { Live = false }, s_live with { Asked = [Packaged(s_now)] }, LicenceReason.LiveNotIncluded),
        new("key period", "any, after the end", s_open, s_ended with { Asked = [Key(TrackClass.Sd, 0), Key(TrackClass.Sd, 1)] }, LicenceReason.Granted),
    ];

    private static KeyPeriodLength Hour() => KeyPeriodLength.TryOf(3600, out var hour) ? hour : default;

    private static AskedKey Packaged(DateTimeOffset from) => new(Id(8, 8), new(TrackClass.Sd, 7), from);

    private static AskedKey Key(TrackClass trackClass, ulong period) => new(Id((int)trackClass, (int)period), new KeyUse(trackClass, period));

    private static KeyId Id(int trackClass, int period) => new(new Guid(trackClass, (short)period, 0, [1, 2, 3, 4, 5, 6, 7, 8]));

    private static OtherPlayback[] Others(int count) => [.. Enumerable.Range(0, count).Select(n => new OtherPlayback($"other-{n}", s_now - TimeSpan.FromMinutes(10 - n)))];
}

/// <summary>One row.</summary>
/// <param name="Field">The policy's field.</param>
/// <param name="Case">Terms and facts, for people.</param>
/// <param name="Terms">The terms.</param>
/// <param name="Facts">The facts.</param>
/// <param name="Reason">What comes of them.</param>
/// <param name="Given">The keys given, if they are not all or none.</param>
/// <param name="RetryAt">When asking again makes sense.</param>
/// <param name="Drops">The playbacks that end for it.</param>
internal sealed record LicenceRow(string Field, string Case, OfferTerms Terms, LicenceFacts Facts, LicenceReason Reason,
    IReadOnlyList<AskedKey>? Given = null, DateTimeOffset? RetryAt = null, IReadOnlyList<OtherPlayback>? Drops = null)
{
    public string Line => $"| {Field} | {Case} | `{Reason.Code()}`{(Given is null ? "" : ", one key of two")} |";
}
