using System.Diagnostics;
using System.Globalization;

namespace LiveLedger.Harness.Media;

/// <summary>What a publisher would send: init segments and CMAF segments made by ffmpeg, kept as files until disposed.</summary>
/// <remarks>Tracks are named as ffmpeg's DASH muxer does: 0 and 1 are video (the second smaller), 2 is audio.</remarks>
public sealed class CmafSource : IDisposable
{
    private readonly string _folder;

    private CmafSource(string folder) => _folder = folder;

    /// <summary>Names of the tracks.</summary>
    public IReadOnlyList<string> Tracks => [.. Directory.GetDirectories(_folder).Select(d => Path.GetFileName(d)).Order()];

    /// <summary>Encodes a generated picture and tone, or a file, into segments of two seconds.</summary>
    /// <param name="seconds">Length.</param>
    /// <param name="file">A video file to loop; null for the generated picture.</param>
    /// <param name="frequency">Of the tone; another one makes another source.</param>
    /// <param name="kilobits">Of the larger video, a second.</param>
    public static async Task<CmafSource> MakeAsync(int seconds, string? file = null, int frequency = 440, int kilobits = 800)
    {
        var folder = Directory.CreateTempSubdirectory("liveledger-source-").FullName;
        string[] input = file is null
            ? ["-f", "lavfi", "-i", "testsrc2=size=854x480:rate=24", "-f", "lavfi", "-i", $"sine=frequency={frequency}:sample_rate=48000"]
            : ["-stream_loop", "-1", "-i", file];
        var audio = file is null ? "1:a" : "0:a";
        await RunAsync(
        [
            "-nostdin", "-loglevel", "error", "-y", .. input, "-t", seconds.ToString(CultureInfo.InvariantCulture),
            "-filter_complex", "[0:v]split=2[a][b];[b]scale=426:240[c]", "-map", "[a]", "-map", "[c]", "-map", audio,
            "-c:v", "libx264", "-preset", "ultrafast", "-b:v:0", $"{kilobits}k", "-b:v:1", "300k", "-g", "48", "-keyint_min", "48", "-sc_threshold", "0",
            "-c:a", "aac", "-ac", "2", "-b:a", "96k",
            "-f", "dash", "-seg_duration", "2", "-use_timeline", "1", "-init_seg_name", "$RepresentationID$/init.mp4",
            "-media_seg_name", "$RepresentationID$/$Number$.m4s", "-format_options", "movflags=+cmaf+skip_sidx",
            Path.Combine(folder, "source.mpd"),
        ], folder, ["0", "1", "2"]);
        return new(folder);
    }

    /// <summary>A very small source, for tests that change bytes: 64x64 at 5 pictures a second, one video track named 0.</summary>
    public static async Task<CmafSource> MakeTinyAsync()
    {
        var folder = Directory.CreateTempSubdirectory("liveledger-source-").FullName;
        await RunAsync(
        [
            "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "color=size=64x64:rate=5", "-t", "4", "-c:v", "libx264", "-preset", "ultrafast",
            "-g", "5", "-keyint_min", "5", "-sc_threshold", "0", "-f", "dash", "-seg_duration", "1", "-init_seg_name", "$RepresentationID$/init.mp4",
            "-media_seg_name", "$RepresentationID$/$Number$.m4s", "-format_options", "movflags=+cmaf", Path.Combine(folder, "source.mpd"),
        ], folder, ["0"]);
        return new(folder);
    }

    /// <summary>A track's init segment.</summary>
    public byte[] Init(string track) => File.ReadAllBytes(Path.Combine(_folder, track, "init.mp4"));

    /// <summary>A track's segments, in order.</summary>
    public IReadOnlyList<byte[]> Segments(string track) =>
        [.. Directory.GetFiles(Path.Combine(_folder, track), "*.m4s")
            .OrderBy(f => int.Parse(Path.GetFileNameWithoutExtension(f), CultureInfo.InvariantCulture))
            .Select(File.ReadAllBytes)];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task RunAsync(IReadOnlyList<string> arguments, string folder, string[] tracks)
    {
        foreach (var track in tracks)
        {
            Directory.CreateDirectory(Path.Combine(folder, track));
        }

        using var ffmpeg = Process.Start(new ProcessStartInfo("ffmpeg", arguments) { RedirectStandardError = true, RedirectStandardInput = true })!;
        ffmpeg.StandardInput.Close();
        var errors = await ffmpeg.StandardError.ReadToEndAsync();
        await ffmpeg.WaitForExitAsync();
        if (ffmpeg.ExitCode != 0)
        {
            throw new InvalidOperationException($"ffmpeg could not make the source: {errors}");
        }
    }
}
