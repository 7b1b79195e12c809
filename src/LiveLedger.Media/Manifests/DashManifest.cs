using System.Globalization;
using System.Text;
using System.Xml;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Manifests;

/// <summary>One MPD (ISO/IEC 23009-1) over the same segments: SegmentTimeline, and a Period for each epoch and key period.</summary>
public static class DashManifest
{
    private const string Mpd = "urn:mpeg:dash:schema:mpd:2011";

    /// <summary>The MPD, for <c>/live/{broadcast}/manifest.mpd</c>. Tracks without a segment are left out.</summary>
    /// <param name="tracks">The tracks with their windows.</param>
    /// <param name="timeline">What they share.</param>
    /// <param name="licenceUrl">Where players ask for keys (EME ClearKey JSON).</param>
    /// <param name="now">The moment of writing, by the clock segments are stamped with.</param>
    /// <param name="clockUrl">A path that answers the time as xs:dateTime; null puts <paramref name="now"/> itself into the MPD.</param>
    public static string Write(
        IReadOnlyList<ManifestTrack> tracks, BroadcastTimeline timeline, string licenceUrl, DateTimeOffset now, string? clockUrl = null)
    {
        var text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        using (var xml = XmlWriter.Create(text, new() { Indent = true, NewLineChars = "\n", OmitXmlDeclaration = true }))
        {
            // A finished broadcast plays from its beginning, wherever the publisher's clock stood then.
            var periods = DashPeriod.Of(tracks, timeline);
            var origin = timeline.Ended && periods.Count > 0 ? periods[0].StartSeconds : 0;
            var longest = tracks.Select(ManifestText.TargetDuration).DefaultIfEmpty(1).Max();
            xml.WriteStartElement("MPD", Mpd);
            xml.WriteAttributeString("xmlns", "cenc", null, DashProtection.Cenc);
            xml.WriteAttributeString("xmlns", "dashif", null, DashProtection.DashIf);
            xml.WriteAttributeString("profiles", "urn:mpeg:dash:profile:isoff-live:2011");
            xml.WriteAttributeString("minBufferTime", Duration(longest));
            if (timeline.Ended)
            {
                xml.WriteAttributeString("type", "static");
                xml.WriteAttributeString("mediaPresentationDuration", $"PT{Seconds(End(tracks) - origin)}S");
            }
            else
            {
                xml.WriteAttributeString("type", "dynamic");
                xml.WriteAttributeString("availabilityStartTime", ManifestText.Time(timeline.AvailabilityStart));
                xml.WriteAttributeString("publishTime", ManifestText.Time(now));
                xml.WriteAttributeString("minimumUpdatePeriod", Duration(longest));
                xml.WriteAttributeString("timeShiftBufferDepth", Duration(timeline.Window.TotalSeconds));
                xml.WriteAttributeString("suggestedPresentationDelay", Duration(longest * 3));
            }

            WritePeriods(xml, tracks, timeline, periods, origin, licenceUrl);
            if (!timeline.Ended)
            {
                xml.WriteStartElement("UTCTiming", Mpd);
                xml.WriteAttributeString("schemeIdUri", clockUrl is null ? "urn:mpeg:dash:utc:direct:2014" : "urn:mpeg:dash:utc:http-xsdate:2014");
                xml.WriteAttributeString("value", clockUrl ?? ManifestText.Time(now));
                xml.WriteEndElement();
            }

            xml.WriteEndElement();
        }

        return text.Append('\n').ToString();
    }

    private static string Duration(double seconds) => string.Create(CultureInfo.InvariantCulture, $"PT{seconds:0.###}S");

    /// <summary>Where the last segment of any track ends, in seconds.</summary>
    private static decimal End(IReadOnlyList<ManifestTrack> tracks) => tracks
        .Where(static t => t.Segments.Count > 0)
        .Select(static t => ((decimal)t.Segments[^1].DecodeTime + t.Segments[^1].Duration) / t.Description.Timescale)
        .DefaultIfEmpty(0m).Max();

    private static string Seconds(decimal seconds) => seconds.ToString("0.######", CultureInfo.InvariantCulture);

    private static void WritePeriods(
        XmlWriter xml, IReadOnlyList<ManifestTrack> tracks, BroadcastTimeline timeline, IReadOnlyList<DashPeriod> periods, decimal origin, string licenceUrl)
    {
        if (periods.Count == 0)
        {
            // The schema wants a Period; a player waits for the next one.
            StartPeriod(xml, new(0, 0, 0), 0);
            xml.WriteEndElement();
        }

        foreach (var period in periods)
        {
            StartPeriod(xml, period, origin);
            if (period == periods[^1] && timeline.NextKeys is { } next)
            {
                WriteAnnouncement(xml, next, period);
            }

            // One set for each class, which has its own keys, since keys are looked up by set (DASH-IF IOP §7.5); players switch between those that
            // say so below. The best first: some players take the first set and stay with it.
            var sets = tracks.Where(t => period.SegmentsOf(t).Any())
                .GroupBy(t => (IsVideo: t.Description is VideoDescription, t.Description.Class, Language: ManifestText.Language(t.Description)))
                .OrderByDescending(static set => set.Key.IsVideo).ThenByDescending(static set => set.Max(static t => t.Bandwidth)).ToList();
            for (var i = 0; i < sets.Count; i++)
            {
                var others = Enumerable.Range(0, sets.Count).Where(j => j != i && sets[i].Key.IsVideo && sets[j].Key.IsVideo);
                DashAdaptationSet.Write(xml, i, [.. others], [.. sets[i]], period, licenceUrl);
            }

            xml.WriteEndElement();
        }
    }

    private static void StartPeriod(XmlWriter xml, in DashPeriod period, decimal origin)
    {
        xml.WriteStartElement("Period", Mpd);
        xml.WriteAttributeString("id", period.Name);
        xml.WriteAttributeString("start", $"PT{Seconds(period.StartSeconds - origin)}S");
    }

    // An event on the timeline (ISO/IEC 23009-1 §5.10.2), which players pass on to the application and otherwise ignore.
    private static void WriteAnnouncement(XmlWriter xml, KeyAnnouncement next, in DashPeriod period)
    {
        xml.WriteStartElement("EventStream", Mpd);
        xml.WriteAttributeString("schemeIdUri", KeyAnnouncement.Scheme);
        xml.WriteAttributeString("timescale", "1000");
        xml.WriteStartElement("Event", Mpd);
        xml.WriteAttributeString("presentationTime", Math.Max(0, decimal.Round(((decimal)next.StartSeconds - period.StartSeconds) * 1000)).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("duration", (next.DurationSeconds * 1000).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("id", next.CryptoPeriod.ToString(CultureInfo.InvariantCulture));
        xml.WriteString(next.KeyIdList);
        xml.WriteEndElement();
        xml.WriteEndElement();
    }
}
