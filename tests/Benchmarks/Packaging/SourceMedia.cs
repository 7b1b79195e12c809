using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LiveLedger.Benchmarks.Packaging;

/// <summary>One track as a publisher sends it.</summary>
internal sealed record SourceMedia(byte[] Init, byte[][] Segments);

/// <summary>Makes source tracks with the settings of a push, and lets ffmpeg remux the same bytes.</summary>
internal sealed partial class SourceWorkshop : IDisposable
{
    private const int Seconds = 60;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("liveledger-bench-");

    public SourceWorkshop()
    {
        var film = Film();
        IsReal = film is not null;
        string[] source = film is not null
            ? ["-stream_loop", "-1", "-i", film]
            : ["-f", "lavfi", "-i", "testsrc2=s=854x480:r=24", "-f", "lavfi", "-i", "sine=440:r=48000"];
        Ffmpeg([
            "-v", "error", .. source, "-t", $"{Seconds}", "-map", "0:v", "-map", film is not null ? "0:a" : "1:a",
            "-c:v", "libx264", "-preset", "veryfast", "-b:v", "1200k", "-g", "48", "-keyint_min", "48", "-sc_threshold", "0",
            "-c:a", "aac", "-ac", "2", "-b:a", "128k", "-f", "dash", "-seg_duration", "2", "-use_timeline", "1",
            "-window_size", "0", "-init_seg_name", "$RepresentationID$_init.mp4",
            "-media_seg_name", "$RepresentationID$_$Number$.m4s", "-format_options", "movflags=+cmaf+skip_sidx",
            InFolder("name.mpd"),
        ]);
        Video = Read(0);
        Audio = Read(1);
    }

    /// <summary>The film was there; otherwise a generated picture stands in.</summary>
    public bool IsReal { get; }

    public SourceMedia Video { get; }

    public SourceMedia Audio { get; }

    /// <summary>CPU seconds a GB that ffmpeg needs to copy the video track from fMP4 to fMP4, its start taken off.</summary>
    public double FfmpegSecondsPerGigabyte(int rounds)
    {
        var one = InFolder("one.mp4");
        using (var file = File.Create(one))
        {
            file.Write(Video.Init);
            foreach (var segment in Video.Segments)
            {
                file.Write(segment);
            }
        }

        var all = InFolder("all.mp4");
        Ffmpeg(["-v", "error", "-stream_loop", "11", "-i", one, "-c", "copy", "-movflags", "+cmaf", "-f", "mp4", all]);
        var whole = Enumerable.Range(0, rounds).Select(_ => RemuxSeconds(all)).Order().ElementAt(rounds / 2);
        var start = Enumerable.Range(0, rounds).Select(_ => RemuxSeconds(all, "-t", "0.01")).Order().ElementAt(rounds / 2);
        return (whole - start) / (new FileInfo(all).Length / 1e9);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static double RemuxSeconds(string file, params string[] options)
    {
        var log = Ffmpeg([
            "-benchmark", "-i", file, .. options, "-c", "copy", "-movflags", "+cmaf", "-f", "mp4", "-y", "/dev/null",
        ]);
        var match = BenchLine().Match(log);
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)
            + double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
    }

    private SourceMedia Read(int track) => new(
        File.ReadAllBytes(InFolder($"{track}_init.mp4")),
        [.. Enumerable.Range(1, int.MaxValue).Select(n => InFolder($"{track}_{n}.m4s")).TakeWhile(File.Exists)
            .Select(File.ReadAllBytes)]);

    private string InFolder(string name) => Path.Combine(_folder.FullName, name);

    private static string Ffmpeg(IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("ffmpeg") { RedirectStandardError = true };
        foreach (var argument in arguments.Prepend("-nostdin"))
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("ffmpeg did not start");
        var log = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? log : throw new InvalidOperationException($"ffmpeg: {log}");
    }

    private static string? Film()
    {
        var shared = Environment.GetEnvironmentVariable("LIVELEDGER_SHARED");
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null && shared is null; at = at.Parent)
        {
            shared = File.Exists(Path.Combine(at.FullName, "LiveLedger.slnx")) ? Path.Combine(at.FullName, "..", "shared") : null;
        }

        var film = shared is null ? null : Path.Combine(shared, "media", "bbb-480p-30s.mp4");
        return File.Exists(film) ? film : null;
    }

    [GeneratedRegex(@"bench: utime=([0-9.]+)s stime=([0-9.]+)s")]
    private static partial Regex BenchLine();
}
