using System.Xml.Linq;
using LiveLedger.Media.Manifests;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tracks;
using static LiveLedger.Media.Tests.Manifests.Tracks;

namespace LiveLedger.Media.Tests.Manifests;

public sealed class DashManifestTests
{
    private const string Licences = "https://example.org/v1/licences";

    private static readonly XNamespace s_mpd = "urn:mpeg:dash:schema:mpd:2011";
    private static readonly XNamespace s_cenc = "urn:mpeg:cenc:2013";
    private static readonly XNamespace s_dashif = "https://dashif.org/CPS";

    [Fact]
    public void A_live_manifest_names_its_times()
    {
        var mpd = Write([Hd(Video(0, 0, 5, 0)), Audio(Uneven(0, 0, 94))], Live);
        Assert.Equal("dynamic", (string?)mpd.Attribute("type"));
        Assert.Equal("2026-11-21T12:00:00.000Z", (string?)mpd.Attribute("availabilityStartTime"));
        Assert.Equal("2026-11-21T12:00:11.000Z", (string?)mpd.Attribute("publishTime"));
        Assert.Equal("PT2S", (string?)mpd.Attribute("minimumUpdatePeriod"));
        Assert.Equal("PT60S", (string?)mpd.Attribute("timeShiftBufferDepth"));
        Assert.Equal("PT6S", (string?)mpd.Attribute("suggestedPresentationDelay"));
        Assert.Null(mpd.Attribute("mediaPresentationDuration"));
        var timing = mpd.Elements().Last();
        Assert.Equal(s_mpd + "UTCTiming", timing.Name);
        Assert.Equal("urn:mpeg:dash:utc:direct:2014", (string?)timing.Attribute("schemeIdUri"));
        Assert.Equal("2026-11-21T12:00:11.000Z", (string?)timing.Attribute("value"));
        var byPath = Write([Hd(Video(0, 0, 5, 0))], Live, "/v1/time").Element(s_mpd + "UTCTiming")!;
        Assert.Equal(("urn:mpeg:dash:utc:http-xsdate:2014", "/v1/time"), ((string?)byPath.Attribute("schemeIdUri"), (string?)byPath.Attribute("value")));
    }

    [Fact]
    public void An_ended_manifest_is_static_and_as_long_as_its_longest_track()
    {
        var mpd = Write([Hd(Video(0, 0, 5, 0)), Audio(Uneven(0, 0, 94, 94, 94, 94, 94))], Over);
        Assert.Equal("static", (string?)mpd.Attribute("type"));
        Assert.Equal("PT10.026667S", (string?)mpd.Attribute("mediaPresentationDuration"));
        Assert.Null(mpd.Attribute("minimumUpdatePeriod"));
        Assert.Null(mpd.Element(s_mpd + "UTCTiming"));
    }

    [Fact]
    public void An_ended_manifest_begins_at_zero_wherever_the_publishers_clock_stood()
    {
        var late = Over with { Epochs = [new(0, 1_700_000_000, 0), new(1, 1_700_000_100, 0)] };
        var mpd = Write([Hd([.. Video(0, 0, 3, 1_700_000_000), .. Video(1, 3, 3, 1_700_000_100)])], late);
        Assert.Equal([("e0", "PT0S"), ("e1", "PT100S")], Periods(mpd));
        Assert.Equal("PT106S", (string?)mpd.Attribute("mediaPresentationDuration"));
    }

    [Fact]
    public void Each_epoch_is_a_period_and_leaves_with_its_last_segment()
    {
        ManifestSegment[] all = [.. Video(0, 0, 3, 0), .. Video(1, 3, 3, 100)];
        var both = Write([Hd(all)], Live);
        Assert.Equal([("e0", "PT0S"), ("e1", "PT100S")], Periods(both));
        var templates = both.Descendants(s_mpd + "SegmentTemplate").ToList();
        Assert.Equal(["0", "3"], templates.Select(static t => (string?)t.Attribute("startNumber")));
        Assert.Equal(["0", "1280000"], templates.Select(static t => (string?)t.Attribute("presentationTimeOffset")));
        Assert.Equal(["v720/init.mp4", "v720/init-1.mp4"], templates.Select(static t => (string?)t.Attribute("initialization")));

        var slid = Write([Hd(all[2..])], Live);
        Assert.Equal([("e0", "PT0S"), ("e1", "PT100S")], Periods(slid));
        Assert.Equal("2", (string?)slid.Descendants(s_mpd + "SegmentTemplate").First().Attribute("startNumber"));
        Assert.Equal([("e1", "PT100S")], Periods(Write([Hd(all[4..])], Live)));
    }

    [Fact]
    public void Timelines_name_every_segment_in_every_window()
    {
        ManifestSegment[] video = [.. Video(0, 0, 4, 0), .. Video(0, 4, 2, 9.5), .. Video(1, 6, 3, 100)];
        ManifestSegment[] audio = [.. Uneven(0, 0, 91, 94, 94, 94, 93, 94, 1)];
        foreach (var (all, make) in new (ManifestSegment[], Func<IEnumerable<ManifestSegment>, ManifestTrack>)[] { (video, s => Hd(s)), (audio, s => Audio(s)) })
        {
            for (var from = 0; from < all.Length; from++)
            {
                var window = all[from..];
                var expected = window.Select(static s => (s.Epoch, (long)s.Sequence, s.DecodeTime, s.Duration));
                Assert.Equal(expected, Expand(Write([make(window)], Live)));
            }
        }

        var runs = Write([Audio(audio)], Live).Descendants(s_mpd + "S").Select(static s => ((string?)s.Attribute("t"), (string?)s.Attribute("d"), (string?)s.Attribute("r")));
        Assert.Equal([("0", "93184", null), (null, "96256", "2"), (null, "95232", null), (null, "96256", null), (null, "1024", null)], runs);
    }

    [Fact]
    public void Protection_names_the_scheme_the_key_and_where_licences_come_from()
    {
        var mpd = Write([Hd(Video(0, 0, 1, 0)), Sd(Video(0, 0, 1, 0)), Audio(Uneven(0, 0, 94))], Live);
        var sets = mpd.Descendants(s_mpd + "AdaptationSet").ToList();
        Assert.Equal(["v720", "v240", "a"], sets.Select(s => (string?)s.Element(s_mpd + "Representation")!.Attribute("id")));
        Assert.All(sets.Zip([HdKey, SdKey, AudioKey]), pair =>
        {
            var protection = pair.First.Elements(s_mpd + "ContentProtection").ToList();
            Assert.Equal(["urn:mpeg:dash:mp4protection:2011", "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"], protection.Select(static p => (string?)p.Attribute("schemeIdUri")));
            Assert.Equal("cbcs", (string?)protection[0].Attribute("value"));
            Assert.Equal(pair.Second.Value.ToString("D"), (string?)protection[0].Attribute(s_cenc + "default_KID"));
            Assert.Equal(Licences, (string?)protection[1].Element(s_dashif + "Laurl"));
        });
        Assert.Equal(["1", "0", null], sets.Select(s => (string?)s.Element(s_mpd + "SupplementalProperty")?.Attribute("value")));

        var cenc = Write([Hd(Video(0, 0, 1, 0)) with { Scheme = ProtectionScheme.Cenc }], Live);
        Assert.Equal("cenc", (string?)cenc.Descendants(s_mpd + "ContentProtection").First().Attribute("value"));
    }

    [Fact]
    public void Tracks_of_one_key_share_a_set()
    {
        var mpd = Write([Sd(Video(0, 0, 1, 0)), Sd(Video(0, 0, 1, 0)) with { Name = Records.Sample.Name("v360"), Bandwidth = 900_000 }], Live);
        var set = Assert.Single(mpd.Descendants(s_mpd + "AdaptationSet"));
        Assert.Equal(["v360", "v240"], set.Elements(s_mpd + "Representation").Select(static r => (string?)r.Attribute("id")));
        Assert.Null(set.Element(s_mpd + "SupplementalProperty"));
    }

    [Fact]
    public void A_broadcast_without_a_segment_has_a_period_to_wait_in() =>
        Assert.Empty(Assert.Single(Write([Hd()], Live).Elements(s_mpd + "Period")).Elements());

    [Fact]
    public void What_comes_from_outside_is_escaped_or_left_out()
    {
        var evil = Audio(Uneven(0, 0, 94)) with
        {
            Description = new AudioDescription { Codec = "mp4a\"/><evil\u0001", Timescale = 48_000, SampleRate = 48_000, Channels = 2, Language = "<&\u0002" },
        };
        const string url = "https://example.org/?a=1&b=<\"'>";
        var mpd = XDocument.Parse(DashManifest.Write([evil], Live, url, Noon)).Root!;
        Assert.Equal(url, (string?)mpd.Descendants(s_dashif + "Laurl").Single());
        Assert.Equal("mp4aevil", (string?)mpd.Descendants(s_mpd + "Representation").Single().Attribute("codecs"));
        Assert.Null(mpd.Descendants(s_mpd + "AdaptationSet").Single().Attribute("lang"));
    }

    private static XElement Write(IReadOnlyList<ManifestTrack> tracks, BroadcastTimeline timeline, string? clock = null) =>
        XDocument.Parse(DashManifest.Write(tracks, timeline, Licences, Noon.AddSeconds(11), clock)).Root!;

    private static IEnumerable<(string?, string?)> Periods(XElement mpd) =>
        mpd.Elements(s_mpd + "Period").Select(static p => ((string?)p.Attribute("id"), (string?)p.Attribute("start")));

    /// <summary>Reads timelines as ISO/IEC 23009-1 §5.3.9.6 says: epoch, number, time and duration of each segment.</summary>
    private static IEnumerable<(uint, long, ulong, uint)> Expand(XElement mpd)
    {
        foreach (var period in mpd.Elements(s_mpd + "Period"))
        {
            var template = period.Descendants(s_mpd + "SegmentTemplate").Single();
            var (number, time) = ((long)template.Attribute("startNumber")!, 0UL);
            foreach (var s in template.Descendants(s_mpd + "S"))
            {
                time = (ulong?)s.Attribute("t") ?? time;
                for (var r = (int?)s.Attribute("r") ?? 0; r >= 0; r--)
                {
                    var duration = (uint)s.Attribute("d")!;
                    yield return (uint.Parse(((string)period.Attribute("id")!)[1..]), number++, time, duration);
                    time += duration;
                }
            }
        }
    }
}
