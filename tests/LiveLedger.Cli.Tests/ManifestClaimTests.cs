using LiveLedger.Cli.Check;

namespace LiveLedger.Cli;

/// <summary>The check's own reading of manifests.</summary>
public sealed class ManifestClaimTests
{
    [Fact]
    public void Repeats_and_periods_of_an_MPD_are_counted_out()
    {
        var found = ManifestClaim.FromMpd(new("http://h/live/b/manifest.mpd"), """
            <MPD xmlns="urn:mpeg:dash:schema:mpd:2011">
              <Period><AdaptationSet>
                <SegmentTemplate timescale="24" startNumber="3" media="$RepresentationID$/$Number$.m4s"><SegmentTimeline><S t="0" d="48" r="1"/><S d="50"/></SegmentTimeline></SegmentTemplate>
                <Representation id="0"/><Representation id="1"/>
              </AdaptationSet></Period>
              <Period><AdaptationSet><Representation id="2">
                <SegmentTemplate startNumber="0" media="$RepresentationID$/$Number$.m4s"><SegmentTimeline><S d="1"/></SegmentTimeline></SegmentTemplate>
              </Representation></AdaptationSet></Period>
            </MPD>
            """);

        Assert.Equal(
            ["http://h/live/b/0/3.m4s", "http://h/live/b/0/4.m4s", "http://h/live/b/0/5.m4s", "http://h/live/b/1/3.m4s", "http://h/live/b/1/4.m4s", "http://h/live/b/1/5.m4s", "http://h/live/b/2/0.m4s"],
            found);
    }

    [Fact]
    public void A_playlist_names_its_lines_and_its_media()
    {
        var found = ManifestClaim.FromPlaylist(new("http://h/live/b/master.m3u8"), """
            #EXTM3U
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",URI="2/media.m3u8"
            #EXT-X-STREAM-INF:BANDWIDTH=1
            0/media.m3u8
            """);

        Assert.Equal(["http://h/live/b/0/media.m3u8", "http://h/live/b/2/media.m3u8"], found);
    }

    [Fact]
    public void A_timeline_that_cannot_be_counted_is_refused() => Assert.Throws<CommandFailure>(() => ManifestClaim.FromMpd(
        new("http://h/m.mpd"),
        """<MPD><SegmentTemplate media="$Number$"><SegmentTimeline><S d="1" r="99999999999"/></SegmentTimeline></SegmentTemplate></MPD>"""));
}
