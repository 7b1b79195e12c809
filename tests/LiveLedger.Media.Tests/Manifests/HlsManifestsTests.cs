using LiveLedger.Media.Manifests;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tracks;
using static LiveLedger.Media.Tests.Manifests.Tracks;

namespace LiveLedger.Media.Tests.Manifests;

public sealed class HlsManifestsTests
{
    [Fact]
    public void A_live_playlist_over_an_epoch_change()
    {
        var text = HlsManifests.Media(Hd([.. Video(0, 7, 2, 14), .. Video(1, 9, 1, 100)]), Live);
        Assert.Equal(
            """
            #EXTM3U
            #EXT-X-VERSION:7
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-TARGETDURATION:2
            #EXT-X-MEDIA-SEQUENCE:7
            #EXT-X-DISCONTINUITY-SEQUENCE:0
            #EXT-X-MAP:URI="init.mp4"
            #EXT-X-KEY:METHOD=SAMPLE-AES,URI="data:text/plain;base64,ABEiM0RVZneImaq7zN3u/w==",KEYID=0x00112233445566778899aabbccddeeff,KEYFORMAT="org.w3.clearkey",KEYFORMATVERSIONS="1"
            #EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:00:14.000Z
            #EXTINF:2,
            7.m4s
            #EXTINF:2,
            8.m4s
            #EXT-X-DISCONTINUITY
            #EXT-X-MAP:URI="init-1.mp4"
            #EXT-X-PROGRAM-DATE-TIME:2026-11-21T12:01:40.000Z
            #EXTINF:2,
            9.m4s

            """,
            text);
    }

    [Fact]
    public void A_segment_keeps_its_discontinuity_number_however_the_window_slides()
    {
        // Epoch 2 is one the track sat out: epoch 3 must still be number 3, as it is in the other tracks' playlists.
        ManifestSegment[] all = [.. Video(0, 0, 4, 0), .. Video(1, 4, 3, 100), .. Video(3, 7, 4, 200)];
        for (var from = 0; from < all.Length; from++)
        {
            for (var count = 1; count <= all.Length - from; count++)
            {
                var window = all.AsSpan(from, count).ToArray();
                Assert.All(
                    Numbered(HlsManifests.Media(Hd(window), Live)).Zip(window),
                    static pair => Assert.Equal(
                        ((long)pair.Second.Epoch, pair.Second.Sequence, $"{pair.Second.Sequence}.m4s", pair.Second.Epoch == 0 ? "init.mp4" : $"init-{pair.Second.Epoch}.mp4"),
                        pair.First));
            }
        }
    }

    [Fact]
    public void The_target_duration_covers_every_rounded_segment_and_does_not_shrink()
    {
        var uneven = Audio(Uneven(0, 0, 91, 94, 94, 93, 120));
        Assert.Contains("#EXT-X-TARGETDURATION:3\n", HlsManifests.Media(uneven, Live));
        Assert.Contains("#EXT-X-TARGETDURATION:2\n", HlsManifests.Media(uneven with { Segments = [.. uneven.Segments.Take(4)] }, Live));
        Assert.Contains("#EXT-X-TARGETDURATION:3\n", HlsManifests.Media(uneven with { Segments = [.. uneven.Segments.Take(4)], TargetDuration = 3 }, Live));
        Assert.Contains("#EXTINF:1.941333,\n0.m4s\n#EXTINF:2.005333,\n1.m4s\n", HlsManifests.Media(uneven, Live));
    }

    [Fact]
    public void An_ended_playlist_says_so_and_a_live_one_does_not()
    {
        var track = Hd(Video(0, 0, 3, 0));
        var over = HlsManifests.Media(track, Over);
        Assert.Contains("#EXT-X-PLAYLIST-TYPE:VOD\n", over);
        Assert.EndsWith("\n#EXT-X-ENDLIST\n", over, StringComparison.Ordinal);
        var live = HlsManifests.Media(track, Live);
        Assert.DoesNotContain("PLAYLIST-TYPE", live);
        Assert.DoesNotContain("ENDLIST", live);
    }

    [Fact]
    public void A_title_cannot_break_out_of_its_line()
    {
        var text = HlsManifests.Multivariant([Hd(Video(0, 0, 1, 0))], "Derby \"one\"\n#EXT-X-ENDLIST, naïve");
        Assert.Contains("\n#EXT-X-SESSION-DATA:DATA-ID=\"com.apple.hls.title\",VALUE=\"Derby 'one'#EXT-X-ENDLIST, naïve\"\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SESSION-DATA", HlsManifests.Multivariant([Hd(Video(0, 0, 1, 0))]), StringComparison.Ordinal);
    }

    [Fact]
    public void Cenc_is_signalled_as_SAMPLE_AES_CTR() => Assert.Contains(
        "#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,", HlsManifests.Media(Hd(Video(0, 0, 1, 0)) with { Scheme = ProtectionScheme.Cenc }, Live));

    [Fact]
    public void The_multivariant_playlist_pairs_video_with_its_audio()
    {
        var silent = Hd() with { TargetDuration = 2 };
        var text = HlsManifests.Multivariant([Sd(Video(0, 0, 1, 0)), Audio(Uneven(0, 0, 94)), Hd(Video(0, 0, 1, 0)), silent]);
        Assert.Equal(
            """
            #EXTM3U
            #EXT-X-VERSION:7
            #EXT-X-INDEPENDENT-SEGMENTS
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio0",NAME="a",LANGUAGE="en",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="a/media.m3u8"
            #EXT-X-STREAM-INF:BANDWIDTH=2630000,AVERAGE-BANDWIDTH=2128000,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio0"
            v720/media.m3u8
            #EXT-X-STREAM-INF:BANDWIDTH=630000,AVERAGE-BANDWIDTH=528000,CODECS="avc1.42c015,mp4a.40.2",RESOLUTION=426x240,FRAME-RATE=29.970,AUDIO="audio0"
            v240/media.m3u8

            """,
            text);
    }

    [Fact]
    public void Audio_of_two_codecs_is_two_groups_and_audio_alone_is_a_variant_of_its_own()
    {
        var aac = Audio(Uneven(0, 0, 94));
        var he = aac with { Name = Records.Sample.Name("he"), Description = aac.Description with { Codec = "mp4a.40.5" } };
        var both = HlsManifests.Multivariant([aac, he, Hd(Video(0, 0, 1, 0))]);
        Assert.Contains("CODECS=\"avc1.64001f,mp4a.40.2\"", both);
        Assert.Contains("CODECS=\"avc1.64001f,mp4a.40.5\"", both);
        Assert.Equal(2, both.Split('\n').Count(static line => line == "v720/media.m3u8"));

        var radio = HlsManifests.Multivariant([aac]);
        Assert.Contains("#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=128000,CODECS=\"mp4a.40.2\"\na/media.m3u8\n", radio);
        Assert.DoesNotContain("AUDIO=", radio);
    }

    [Fact]
    public void What_a_publisher_put_into_its_headers_cannot_write_a_line()
    {
        var evil = Audio(Uneven(0, 0, 94)) with
        {
            Description = new AudioDescription { Codec = "mp4a\"\n#EXT-X-ENDLIST\n", Timescale = 48_000, SampleRate = 48_000, Channels = 2, Language = "e\"\r\nn" },
        };
        var text = HlsManifests.Multivariant([evil, Hd(Video(0, 0, 1, 0))]);
        Assert.DoesNotContain("LANGUAGE", text);
        Assert.All(text.Split('\n', StringSplitOptions.RemoveEmptyEntries), static line => Assert.True(
            line == "v720/media.m3u8" || line.StartsWith("#EXTM3U", StringComparison.Ordinal) || line.StartsWith("#EXT-X-VERSION", StringComparison.Ordinal)
            || line.StartsWith("#EXT-X-INDEPENDENT", StringComparison.Ordinal) || line.StartsWith("#EXT-X-MEDIA:", StringComparison.Ordinal)
            || line.StartsWith("#EXT-X-STREAM-INF:", StringComparison.Ordinal), line));
    }

    /// <summary>Reads a playlist as RFC 8216 §4 says: number, sequence, URI and map of each segment.</summary>
    private static List<(long Discontinuity, uint Sequence, string Uri, string Map)> Numbered(string playlist)
    {
        var segments = new List<(long, uint, string, string)>();
        var (discontinuity, sequence, map) = (0L, 0u, "");
        foreach (var line in playlist.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var value = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..];
            if (line.StartsWith("#EXT-X-DISCONTINUITY-SEQUENCE:", StringComparison.Ordinal))
            {
                discontinuity = long.Parse(value);
            }
            else if (line == "#EXT-X-DISCONTINUITY")
            {
                discontinuity++;
            }
            else if (line.StartsWith("#EXT-X-MEDIA-SEQUENCE:", StringComparison.Ordinal))
            {
                sequence = uint.Parse(value);
            }
            else if (line.StartsWith("#EXT-X-MAP:", StringComparison.Ordinal))
            {
                map = value.Split('"')[1];
            }
            else if (line[0] != '#')
            {
                segments.Add((discontinuity, sequence++, line, map));
            }
        }

        return segments;
    }
}
