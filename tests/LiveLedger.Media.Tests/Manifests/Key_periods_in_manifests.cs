using System.Globalization;
using System.Xml.Linq;
using LiveLedger.Media.Manifests;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Protection.Signalling;
using static LiveLedger.Media.Tests.Manifests.Tracks;

namespace LiveLedger.Media.Tests.Manifests;

/// <summary>How manifests show keys of ten seconds.</summary>
public sealed class Key_periods_in_manifests
{
    private static readonly XNamespace s_mpd = "urn:mpeg:dash:schema:mpd:2011";
    private static readonly XNamespace s_cenc = "urn:mpeg:cenc:2013";

    [Fact]
    public void A_playlist_names_map_and_key_at_each_change_and_no_discontinuity()
    {
        var lines = HlsManifests.Media(Hd(Keyed(10, 12_800, Video(0, 0, 12, 0))), Live).Split('\n');
        Assert.Equal(["init.mp4", "init-0-1.mp4", "init-0-2.mp4"], lines.Where(static l => l.StartsWith("#EXT-X-MAP", StringComparison.Ordinal)).Select(static l => l.Split('"')[1]));
        Assert.Equal([KeyIn(HdKey, 0), KeyIn(HdKey, 1), KeyIn(HdKey, 2)], lines.Where(static l => l.StartsWith("#EXT-X-KEY", StringComparison.Ordinal)).Select(KeyOf));
        Assert.DoesNotContain("#EXT-X-DISCONTINUITY", lines);
        // Each key stands right before the first segment it is for.
        Assert.Equal(["5.m4s", "10.m4s"], lines.Index().Where(static l => l.Item.Contains("init-0-", StringComparison.Ordinal)).Select(l => lines[(l.Index + 1)..].First(static s => s.EndsWith(".m4s", StringComparison.Ordinal))));

        static KeyId KeyOf(string line) => new(Guid.ParseExact(line[(line.IndexOf("KEYID=0x", StringComparison.Ordinal) + 8)..][..32], "N"));
    }

    [Fact]
    public void The_next_periods_key_ids_are_announced_with_its_time_beside_what_is_listed()
    {
        var segments = Keyed(10, 12_800, Video(0, 0, 12, 0)).ToArray();
        var next = Live with { NextKeys = new(3, 30, 10, [HdKey, AudioKey]) };
        var playlist = HlsManifests.Media(Hd(segments), next);
        Assert.Contains($"#EXT-X-DATERANGE:ID=\"keys-3\",CLASS=\"urn:liveledger:next-keys:2026\",START-DATE=\"2026-11-21T12:00:30.000Z\",DURATION=10,X-KEYIDS=\"{HdKey},{AudioKey}\"\n", playlist);
        Assert.Equal(HlsManifests.Media(Hd(segments), Live), string.Concat(playlist.Split('\n').Where(static l => !l.StartsWith("#EXT-X-DATERANGE", StringComparison.Ordinal)).Select(static l => l + "\n"))[..^1]);

        var announcing = Assert.Single(Write([Hd(segments)], next).Descendants(s_mpd + "EventStream"));
        Assert.Equal(("e0k2", "urn:liveledger:next-keys:2026"), ((string)announcing.Parent!.Attribute("id")!, (string)announcing.Attribute("schemeIdUri")!));
        // Before the sets (ISO/IEC 23009-1 §5.3.2.3), which schema-aware readers insist on.
        Assert.Equal(announcing, announcing.Parent.Elements().First());
        var key = Assert.Single(announcing.Elements());
        Assert.Equal(("10000", "10000", "3", $"{HdKey},{AudioKey}"), ((string)key.Attribute("presentationTime")!, (string)key.Attribute("duration")!, (string)key.Attribute("id")!, key.Value));
    }

    [Fact]
    public void A_window_that_begins_in_mid_period_begins_with_that_periods_map_and_key()
    {
        var window = Keyed(10, 12_800, Video(0, 0, 12, 0)).Skip(7);
        var text = HlsManifests.Media(Hd(window), Live);
        var first = text.IndexOf("7.m4s", StringComparison.Ordinal);
        Assert.Contains("init-0-1.mp4", text[..first]);
        Assert.Contains($"KEYID=0x{KeyIn(HdKey, 1)}", text[..first]);
    }

    [Fact]
    public void Each_key_period_is_a_dash_period_with_its_own_keys_and_init_segments()
    {
        var mpd = Write([Hd(Keyed(10, 12_800, Video(0, 0, 12, 0))), Audio(Keyed(10, 48_000, Sound(12)))], Live);
        Assert.Equal([("e0", "PT0S"), ("e0k1", "PT10S"), ("e0k2", "PT20S")], Periods(mpd));
        Assert.Equal([KeyIn(HdKey, 0), KeyIn(HdKey, 1), KeyIn(HdKey, 2)], Keys(mpd, "video"));
        Assert.Equal([KeyIn(AudioKey, 0), KeyIn(AudioKey, 1), KeyIn(AudioKey, 2)], Keys(mpd, "audio"));
        Assert.Equal(["v720/init.mp4", "v720/init-0-1.mp4", "v720/init-0-2.mp4"], mpd.Descendants(s_mpd + "SegmentTemplate").Select(static t => (string)t.Attribute("initialization")!).Where(static i => i.StartsWith('v')));
    }

    [Fact]
    public void A_periods_start_stays_where_it_was_while_its_segments_slide_out()
    {
        ManifestSegment[] video = [.. Keyed(10, 12_800, Video(0, 0, 30, 0))];
        ManifestSegment[] sound = [.. Keyed(10, 48_000, Sound(30))];
        var seen = new Dictionary<string, string>();
        for (var from = 0; from < 20; from++)
        {
            // What the origin knows of all init segments stays; the window moves on.
            var mpd = Write([Hd(video) with { Segments = video[from..(from + 10)] }, Audio(sound) with { Segments = sound[from..(from + 10)] }], Live);
            foreach (var (id, start) in Periods(mpd))
            {
                Assert.Equal(start, seen.TryAdd(id, start) ? start : seen[id]);
            }
        }

        Assert.Equal(6, seen.Count);
    }

    [Fact]
    public void A_period_is_shown_when_all_tracks_have_come_to_it_or_one_has_clearly_gone()
    {
        ManifestSegment[] video = [.. Keyed(10, 12_800, Video(0, 0, 8, 0))];
        ManifestSegment[] sound = [.. Keyed(10, 48_000, Sound(8))];
        Assert.Equal(["e0"], Ids(6, 5));
        Assert.Equal(["e0"], Ids(7, 5));
        Assert.Equal(["e0", "e0k1"], Ids(8, 5));
        Assert.Equal(["e0", "e0k1"], Ids(6, 6));
        Assert.Equal(["e0"], Ids(5, 6));

        IEnumerable<string> Ids(int pictures, int sounds) => Periods(Write([Hd(video[..pictures]), Audio(sound[..sounds])], Live)).Select(static p => p.Id);
    }

    [Fact]
    public void Media_times_within_a_period_begin_at_its_start_to_the_tick()
    {
        // 29.97 pictures a second: 60 of them are 2.002 s, so periods begin at no round time.
        var video = Keyed(10, 30_000, Run(0, 0, 12, 0, 30_000, 60_060)).ToList();
        var track = Hd(video) with
        {
            Description = new LiveLedger.Media.Tracks.VideoDescription { Codec = "avc1.64001f", Timescale = 30_000, Width = 1280, Height = 720 },
            Inits = [.. video.GroupBy(static s => s.CryptoPeriod).Select(static g => new ManifestInit(0, g.Key, g.Key, KeyIn(HdKey, g.Key), g.First().DecodeTime / 30_000.0))],
        };
        var mpd = Write([track], Live);
        Assert.Equal([("e0", "PT0S"), ("e0k1", "PT10.01S"), ("e0k2", "PT20.02S")], Periods(mpd));
        Assert.Equal(["0", "300300", "600600"], mpd.Descendants(s_mpd + "SegmentTemplate").Select(static t => (string)t.Attribute("presentationTimeOffset")!));
    }

    [Fact]
    public void Keys_in_band_have_one_map_one_dash_period_that_names_no_key_and_a_key_line_at_each_change()
    {
        var video = Keyed(10, 12_800, Video(0, 0, 12, 0)).ToList();
        var track = Hd(video) with
        {
            Inits = [.. Hd(video).Inits.Select(static i => i with { InitPeriod = 0 })],
        };
        var live = Live with { KeysInBand = true };
        var lines = HlsManifests.Media(track, live).Split('\n');
        Assert.Equal(["init.mp4"], lines.Where(static l => l.StartsWith("#EXT-X-MAP", StringComparison.Ordinal)).Select(static l => l.Split('"')[1]));
        Assert.Equal(3, lines.Count(static l => l.StartsWith("#EXT-X-KEY", StringComparison.Ordinal)));

        // A window that begins in a later period still names the epoch's init segment. DASH names no key: players would take it for the only one.
        var slid = track with { Segments = video[7..], Inits = track.Inits.Skip(1).ToList(), Systems = [DrmSystem.Widevine] };
        Assert.Contains("#EXT-X-MAP:URI=\"init.mp4\"", HlsManifests.Media(slid, live));
        var mpd = Write([slid], live);
        Assert.Equal([("e0", "PT0S")], Periods(mpd));
        Assert.Empty(mpd.Descendants().Attributes(s_cenc + "default_KID"));
        Assert.Equal(["urn:mpeg:dash:mp4protection:2011", "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e"], mpd.Descendants(s_mpd + "ContentProtection").Select(static p => (string)p.Attribute("schemeIdUri")!));
        Assert.Equal("v720/init.mp4", (string?)mpd.Descendants(s_mpd + "SegmentTemplate").Single().Attribute("initialization"));
    }

    private static IEnumerable<ManifestSegment> Sound(uint count)
    {
        var end = 0UL;
        for (var i = 0u; i < count; i++)
        {
            var next = ((i + 1) * 96_000UL + 1023) / 1024 * 1024;
            yield return new(0, 0, i, end, (uint)(next - end), Noon.AddSeconds(end / 48_000.0));
            end = next;
        }
    }

    private static XElement Write(IReadOnlyList<ManifestTrack> tracks, BroadcastTimeline timeline) =>
        XElement.Parse(DashManifest.Write(tracks, timeline, "https://live.example/v1/licences", Noon.AddSeconds(100)));

    private static IEnumerable<(string Id, string Start)> Periods(XElement mpd) =>
        mpd.Elements(s_mpd + "Period").Select(static p => ((string)p.Attribute("id")!, (string)p.Attribute("start")!));

    private static IEnumerable<KeyId> Keys(XElement mpd, string kind) => mpd.Descendants(s_mpd + "AdaptationSet")
        .Where(s => (string?)s.Attribute("contentType") == kind)
        .Select(static s => new KeyId(Guid.Parse((string)s.Descendants().Attributes(s_cenc + "default_KID").Single(), CultureInfo.InvariantCulture)));
}
