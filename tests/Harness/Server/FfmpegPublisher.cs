using System.Diagnostics;

namespace LiveLedger.Harness.Server;

/// <summary>ffmpeg pushing a live source in real time, track by track, as the product's own demo does.</summary>
public sealed class FfmpegPublisher : IDisposable
{
    private readonly Process _process;
    private bool _disposed;

    private FfmpegPublisher(Process process) => _process = process;

    /// <summary>Starts pushing; goes on through errors, as an encoder in the field does.</summary>
    /// <param name="broadcast">Where to.</param>
    /// <param name="file">A video to loop; null for a generated picture with tone.</param>
    public static FfmpegPublisher Start(RunningBroadcast broadcast, string? file = null)
    {
        string[] input = file is null
            ? ["-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=24", "-re", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"]
            : ["-re", "-stream_loop", "-1", "-i", file];
        var start = new ProcessStartInfo("ffmpeg",
        [
            "-nostdin", "-loglevel", "error", .. input,
            "-filter_complex", "[0:v]split=2[a][b];[b]scale=426:240[c]", "-map", "[a]", "-map", "[c]", "-map", file is null ? "1:a" : "0:a",
            "-c:v", "libx264", "-preset", "ultrafast", "-b:v:0", "800k", "-b:v:1", "300k", "-g", "48", "-keyint_min", "48", "-sc_threshold", "0",
            "-c:a", "aac", "-ac", "2", "-b:a", "96k",
            "-f", "dash", "-seg_duration", "2", "-use_timeline", "1", "-window_size", "5", "-init_seg_name", "$RepresentationID$/init.mp4",
            "-media_seg_name", "$RepresentationID$/$Number$.m4s", "-format_options", "movflags=+cmaf+skip_sidx", "-method", "POST",
            "-http_persistent", "1", "-ignore_io_errors", "1", "-timeout", "5",
            "-http_opts", $"headers=Authorization\\: Bearer {broadcast.IngestKey}",
            new Uri(broadcast.Owner.Server.BaseUrl, $"/ingest/{broadcast.Id}/live.mpd").ToString(),
        ])
        { RedirectStandardError = true, RedirectStandardInput = true };
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return new(process);
    }

    /// <summary>True while it pushes.</summary>
    public bool IsRunning => !_process.HasExited;

    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
