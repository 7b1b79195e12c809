using System.Globalization;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Manifests;

/// <summary>How values are spelt in HLS and DASH alike. Nothing a publisher chose reaches a manifest but through here.</summary>
internal static class ManifestText
{
    /// <summary>The init segment's file name: one for each epoch and key period.</summary>
    internal static string Init(uint epoch, ulong cryptoPeriod) => (epoch, cryptoPeriod) switch
    {
        (0, 0) => "init.mp4",
        (_, 0) => string.Create(CultureInfo.InvariantCulture, $"init-{epoch}.mp4"),
        _ => string.Create(CultureInfo.InvariantCulture, $"init-{epoch}-{cryptoPeriod}.mp4"),
    };

    /// <summary>Ticks as seconds, to the microsecond.</summary>
    internal static string Seconds(ulong ticks, uint timescale) =>
        ((decimal)ticks / timescale).ToString("0.######", CultureInfo.InvariantCulture);

    /// <summary>RFC 3339 in UTC, to the millisecond: what EXT-X-PROGRAM-DATE-TIME and xs:dateTime both take.</summary>
    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>The codec string, without anything RFC 6381 codec strings of ours cannot hold.</summary>
    internal static string Codec(TrackDescription description) =>
        string.Concat(description.Codec.Where(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));

    /// <summary>The language, or null if there is none or it cannot be an RFC 5646 tag.</summary>
    internal static string? Language(TrackDescription description) =>
        description.Language is { Length: > 0 and <= 35 } tag && tag.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-') ? tag : null;

    /// <summary>Whole seconds a duration rounds to, at least 1 (RFC 8216 §4.3.3.1).</summary>
    internal static int Rounded(uint ticks, uint timescale) => (int)Math.Max(1, (ticks + (ulong)timescale / 2) / timescale);

    /// <summary>The longest of the window's segments in rounded seconds, and no less than the track's own bound.</summary>
    internal static int TargetDuration(ManifestTrack track) =>
        track.Segments.Aggregate(Math.Max(1, track.TargetDuration), (longest, s) => Math.Max(longest, Rounded(s.Duration, track.Description.Timescale)));
}
