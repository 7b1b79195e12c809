using System.Text.Json;
using LiveLedger.Media.Manifests;
using LiveLedger.Media.Tests.Manifests;

namespace LiveLedger.Interop.Media;

/// <summary>Manifests of a broadcast that restarted once, read by the parsers of video.js.</summary>
public sealed class ManifestParserTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Other_parsers_list_the_same_segments_in_the_same_periods(bool hasEnded)
    {
        var timeline = hasEnded ? Tracks.Over : Tracks.Live;
        var video = Tracks.Hd([.. Tracks.Video(0, 5, 4, 20), .. Tracks.Video(1, 9, 3, 100)]);
        var manifests = new
        {
            master = HlsManifests.Multivariant([video]),
            media = HlsManifests.Media(video, timeline),
            mpd = DashManifest.Write([video], timeline, "http://origin/v1/licences", Tracks.Noon.AddSeconds(106)),
        };

        var read = NodeReader.Read<Readings>("manifests", JsonSerializer.SerializeToUtf8Bytes(manifests));

        Assert.Empty(read.Hls.Warnings);
        Assert.Equal(hasEnded, read.Hls.Ended);
        Assert.Equal((5, 0), (read.Hls.First, read.Hls.Discontinuity));
        Assert.Equal("avc1.64001f", Assert.Single(read.Hls.Variants).Codecs);
        Assert.Equal(Enumerable.Range(5, 7).Select(n => $"{n}.m4s"), read.Hls.Segments.Select(segment => segment.Uri));
        Assert.Equal([9], Breaks(read.Hls.Segments));
        Assert.All(read.Hls.Segments, segment => Assert.Equal(2, segment.Seconds, 3));
        Assert.Equal(["init.mp4", "init-1.mp4"], read.Hls.Segments.Select(segment => segment.Map).Distinct());

        Assert.Equal(hasEnded, read.Dash.Ended);
        var dash = Assert.Single(read.Dash.Playlists);
        Assert.Equal("avc1.64001f", dash.Codecs);
        Assert.Equal(
            Enumerable.Range(5, 7).Select(n => $"http://origin/live/b/v720/{n}.m4s"),
            dash.Segments.Select(segment => segment.Uri));
        Assert.Equal([9], Breaks(dash.Segments));
        Assert.All(dash.Segments, segment => Assert.Equal(2, segment.Seconds, 3));
        Assert.Equal(
            ["http://origin/live/b/v720/init.mp4", "http://origin/live/b/v720/init-1.mp4"],
            dash.Segments.Select(segment => segment.Map).Distinct());
    }

    private static IEnumerable<int> Breaks(List<Segment> segments) =>
        segments.Index().Where(entry => entry.Index > 0 && entry.Item.Breaks).Select(entry => entry.Index + 5);

    private sealed record Readings(Hls Hls, Dash Dash);

    private sealed record Hls(
        List<string> Warnings, List<Variant> Variants, int First, int Discontinuity, bool Ended, List<Segment> Segments);

    private sealed record Variant(string Uri, string Codecs);

    private sealed record Dash(bool Ended, List<Playlist> Playlists);

    private sealed record Playlist(string Name, string Codecs, List<Segment> Segments);

    private sealed record Segment(string Uri, string? Map, double Seconds, bool Breaks);
}
