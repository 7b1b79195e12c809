using System.Globalization;
using System.Text;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Protection.Signalling;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Manifests;

/// <summary>HLS playlists (RFC 8216) over the delivered segments, with ClearKey signalled by key id and never a key.</summary>
public static class HlsManifests
{
    /// <summary>The multivariant playlist, for <c>/live/{broadcast}/master.m3u8</c>. Tracks without a segment are left out.</summary>
    /// <param name="tracks">The broadcast's tracks.</param>
    /// <param name="title">Shown by players that look for it; null for none.</param>
    public static string Multivariant(IReadOnlyList<ManifestTrack> tracks, string? title = null)
    {
        var text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        if (title is not null)
        {
            // A quoted string knows no escapes (RFC 8216 §4.2).
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-SESSION-DATA:DATA-ID=\"com.apple.hls.title\",VALUE=\"{Quotable(title)}\"\n");
        }

        var listed = tracks.Where(static t => t.Segments.Count > 0).ToList();
        var video = listed.Where(static t => t.Description is VideoDescription).OrderByDescending(static t => t.Bandwidth).ToList();
        // One group for each codec: a variant names the codecs of everything that may play with it (RFC 8216 §4.3.4.2).
        var groups = listed.Where(static t => t.Description is AudioDescription).GroupBy(static t => ManifestText.Codec(t.Description)).ToList();
        if (video.Count == 0)
        {
            foreach (var track in groups.SelectMany(static g => g).OrderByDescending(static t => t.Bandwidth))
            {
                AppendVariant(text, track, null, []);
            }

            return text.ToString();
        }

        for (var i = 0; i < groups.Count; i++)
        {
            AppendGroup(text, GroupId(i), groups[i]);
        }

        foreach (var track in video)
        {
            if (groups.Count == 0)
            {
                AppendVariant(text, track, null, []);
            }

            for (var i = 0; i < groups.Count; i++)
            {
                AppendVariant(text, track, GroupId(i), groups[i]);
            }
        }

        return text.ToString();
    }

    private static string Quotable(string title) => string.Concat(title.Replace('"', '\'').Where(static c => !char.IsControl(c)));

    /// <summary>The media playlist of one track, for <c>/live/{broadcast}/{track}/media.m3u8</c>.</summary>
    public static string Media(ManifestTrack track, BroadcastTimeline timeline)
    {
        var text = new StringBuilder("#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n");
        var first = track.Segments.Count > 0 ? track.Segments[0] : default;
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-TARGETDURATION:{ManifestText.TargetDuration(track)}\n");
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MEDIA-SEQUENCE:{first.Sequence}\n");
        // A segment's discontinuity sequence number is its epoch, in every playlist and whatever has slid out of the window,
        // so that players line tracks up across a restart (RFC 8216 §6.2.4). An epoch a track sat out has its tag too.
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-DISCONTINUITY-SEQUENCE:{first.Epoch}\n");
        if (timeline.Ended)
        {
            text.Append("#EXT-X-PLAYLIST-TYPE:VOD\n");
        }

        if (timeline.NextKeys is { } next)
        {
            // Its attributes are the same in every refresh (RFC 8216 §4.3.2.7), and mean nothing to who does not know the class.
            var start = ManifestText.Time(timeline.AvailabilityStart + TimeSpan.FromSeconds(next.StartSeconds));
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-DATERANGE:ID=\"keys-{next.CryptoPeriod}\",CLASS=\"{KeyAnnouncement.Scheme}\",START-DATE=\"{start}\",DURATION={next.DurationSeconds},X-KEYIDS=\"{next.KeyIdList}\"\n");
        }

        var (epoch, period) = (first.Epoch, first.CryptoPeriod);
        ManifestInit? said = null;
        for (var i = 0; i < track.Segments.Count; i++)
        {
            var segment = track.Segments[i];
            if (i == 0 || segment.Epoch != epoch || segment.CryptoPeriod != period)
            {
                // A new key is no discontinuity: timestamps, codecs and encoder go on (RFC 8216 §4.3.2.3).
                for (; epoch < segment.Epoch; epoch++)
                {
                    text.Append("#EXT-X-DISCONTINUITY\n");
                }

                var init = track.InitOf(segment.Epoch, segment.CryptoPeriod);
                if (said is not { } last || (last.Epoch, last.InitPeriod) != (init.Epoch, init.InitPeriod))
                {
                    text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MAP:URI=\"{ManifestText.Init(init.Epoch, init.InitPeriod)}\"\n");
                }

                if (said?.KeyId != init.KeyId)
                {
                    // Once for each key, and after the map: the init segment itself is not encrypted.
                    AppendKey(text, track, init.KeyId);
                }

                (said, period) = (init, segment.CryptoPeriod);
                text.Append(CultureInfo.InvariantCulture, $"#EXT-X-PROGRAM-DATE-TIME:{ManifestText.Time(segment.ProgramTime)}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"#EXTINF:{ManifestText.Seconds(segment.Duration, track.Description.Timescale)},\n{segment.Sequence}.m4s\n");
        }

        return timeline.Ended ? text.Append("#EXT-X-ENDLIST\n").ToString() : text.ToString();
    }

    private static string GroupId(int index) => string.Create(CultureInfo.InvariantCulture, $"audio{index}");

    private static void AppendKey(StringBuilder text, ManifestTrack track, KeyId keyId)
    {
        Span<byte> id = stackalloc byte[KeyId.Length];
        keyId.CopyTo(id);
        var method = track.Scheme == ProtectionScheme.Cbcs ? "SAMPLE-AES" : "SAMPLE-AES-CTR";
        // The URI holds the key id too: with any other URI hls.js 1.7.4 stalls at a change of init segment.
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-KEY:METHOD={method},URI=\"data:text/plain;base64,{Convert.ToBase64String(id)}\",KEYID=0x{keyId},KEYFORMAT=\"org.w3.clearkey\",KEYFORMATVERSIONS=\"1\"\n");

        // Several lines of different formats are the same key, for whoever knows the format (RFC 8216 §4.3.2.4).
        foreach (var line in track.Systems.Select(system => DrmSignalling.HlsKey(system, keyId, track.Scheme)).OfType<string>())
        {
            text.Append(line).Append('\n');
        }
    }

    private static void AppendGroup(StringBuilder text, string group, IEnumerable<ManifestTrack> tracks)
    {
        var isDefault = true;
        foreach (var track in tracks.OrderByDescending(static t => t.Bandwidth))
        {
            text.Append(CultureInfo.InvariantCulture, $"#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"{group}\",NAME=\"{track.Name}\"");
            if (ManifestText.Language(track.Description) is { } language)
            {
                text.Append(CultureInfo.InvariantCulture, $",LANGUAGE=\"{language}\"");
            }

            text.Append(CultureInfo.InvariantCulture, $",DEFAULT={(isDefault ? "YES" : "NO")},AUTOSELECT=YES");
            if (track.Description is AudioDescription audio)
            {
                text.Append(CultureInfo.InvariantCulture, $",CHANNELS=\"{audio.Channels}\"");
            }

            text.Append(CultureInfo.InvariantCulture, $",URI=\"{track.Name}/media.m3u8\"\n");
            isDefault = false;
        }
    }

    private static void AppendVariant(StringBuilder text, ManifestTrack track, string? group, IEnumerable<ManifestTrack> audio)
    {
        var heaviest = audio.MaxBy(static t => t.Bandwidth);
        var peak = (long)track.Bandwidth + (heaviest?.Bandwidth ?? 0);
        var average = (long)track.AverageBandwidth + (heaviest?.AverageBandwidth ?? 0);
        var codecs = ManifestText.Codec(track.Description) + (heaviest is null ? "" : "," + ManifestText.Codec(heaviest.Description));
        text.Append(CultureInfo.InvariantCulture, $"#EXT-X-STREAM-INF:BANDWIDTH={peak},AVERAGE-BANDWIDTH={average},CODECS=\"{codecs}\"");
        if (track.Description is VideoDescription video)
        {
            text.Append(CultureInfo.InvariantCulture, $",RESOLUTION={video.Width}x{video.Height}");
        }

        if (track.FrameRate is { Denominator: > 0 } rate)
        {
            text.Append(CultureInfo.InvariantCulture, $",FRAME-RATE={(decimal)rate.Numerator / rate.Denominator:0.000}");
        }

        if (group is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $",AUDIO=\"{group}\"");
        }

        text.Append(CultureInfo.InvariantCulture, $"\n{track.Name}/media.m3u8\n");
    }
}
