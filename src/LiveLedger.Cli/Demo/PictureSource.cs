using System.Diagnostics;

namespace LiveLedger.Cli.Demo;

/// <summary>What ffmpeg reads, at the speed of real time: a looped file, or a generated picture with a clock and a tone.</summary>
internal static class PictureSource
{
    private const string Font = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

    /// <summary>Input arguments; input 0 has the video, and the returned stream specifier names the audio.</summary>
    internal static async Task<(IReadOnlyList<string> Inputs, string Video, string Audio)> ArgumentsAsync(string? file, CancellationToken cancellation)
    {
        if (file is null)
        {
            return (
                ["-re", "-f", "lavfi", "-i", $"testsrc2=size=854x480:rate=24,{Clock}", "-re", "-f", "lavfi", "-i", "sine=frequency=330:beep_factor=3:sample_rate=48000"],
                "0:v:0", "1:a:0");
        }

        var kinds = await StreamKindsAsync(file, cancellation);
        if (!kinds.Contains("video"))
        {
            throw new CommandFailure($"{file} has no video that ffmpeg can read", ExitCode.Usage);
        }

        string[] looped = ["-re", "-stream_loop", "-1", "-i", file];
        return kinds.Contains("audio")
            ? (looped, "0:v:0", "0:a:0")
            : ([.. looped, "-re", "-f", "lavfi", "-i", "anullsrc=r=48000:cl=stereo"], "0:v:0", "1:a:0");
    }

    // The machine's clock, so that a viewer sees how far behind live the picture is.
    private static string Clock =>
        $"drawtext=fontfile={Font}:text='%{{localtime\\:%T}}':fontsize=64:fontcolor=white:box=1:boxcolor=black@0.6:boxborderw=12:x=(w-tw)/2:y=h-th-40";

    private static async Task<HashSet<string>> StreamKindsAsync(string file, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("ffprobe", ["-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var probe = Process.Start(start)!;
        var errors = probe.StandardError.ReadToEndAsync(cancellation);
        var text = await probe.StandardOutput.ReadToEndAsync(cancellation);
        await Task.WhenAll(errors, probe.WaitForExitAsync(cancellation));
        return [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static kind => kind.TrimEnd(','))];
    }
}
