namespace LiveLedger.Interop.Media;

/// <summary>One track as a publisher sends it.</summary>
internal sealed record SourceTrack(byte[] Init, IReadOnlyList<byte[]> Segments)
{
    /// <summary>Reads what ffmpeg's DASH muxer left in a folder.</summary>
    public static SourceTrack Read(string folder, int track) => new(
        File.ReadAllBytes(Path.Combine(folder, $"{track}_init.mp4")),
        [.. Enumerable.Range(1, int.MaxValue)
            .Select(n => Path.Combine(folder, $"{track}_{n}.m4s"))
            .TakeWhile(File.Exists)
            .Select(File.ReadAllBytes)]);
}

/// <summary>More than sixty segments of video and of audio, made with the settings of a push. Shared by the tests of an assembly run.</summary>
public sealed class SourceTracks : IDisposable
{
    private const int Seconds = 124;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("liveledger-interop-");
    private readonly Lazy<(SourceTrack Video, SourceTrack Audio)> _tracks;

    /// <summary>Nothing is made until it is asked for.</summary>
    public SourceTracks() => _tracks = new(Make);

    internal SourceTrack Video => _tracks.Value.Video;

    internal SourceTrack Audio => _tracks.Value.Audio;

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);

    private (SourceTrack Video, SourceTrack Audio) Make()
    {
        // The real film where it is there; otherwise a moving picture with a tone.
        string[] source = SharedFolder.Film is { } film
            ? ["-stream_loop", "-1", "-i", film]
            : ["-f", "lavfi", "-i", "testsrc2=s=854x480:r=24", "-f", "lavfi", "-i", "sine=440:r=48000"];
        var audio = source.Length == 4 ? "0:a" : "1:a";
        Ffmpeg.Run([
            "-nostdin", "-v", "error", .. source, "-t", $"{Seconds}", "-map", "0:v", "-map", audio,
            "-c:v", "libx264", "-preset", "veryfast", "-b:v", "1200k", "-g", "48", "-keyint_min", "48", "-sc_threshold", "0",
            "-c:a", "aac", "-ac", "2", "-b:a", "128k", "-f", "dash", "-seg_duration", "2", "-use_timeline", "1",
            "-window_size", "0", "-init_seg_name", "$RepresentationID$_init.mp4",
            "-media_seg_name", "$RepresentationID$_$Number$.m4s", "-format_options", "movflags=+cmaf+skip_sidx",
            Path.Combine(_folder.FullName, "name.mpd"),
        ]);
        return (SourceTrack.Read(_folder.FullName, 0), SourceTrack.Read(_folder.FullName, 1));
    }
}
