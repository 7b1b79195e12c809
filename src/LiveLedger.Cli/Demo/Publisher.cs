using LiveLedger.Cli.Processes;

namespace LiveLedger.Cli.Demo;

/// <summary>ffmpeg, pushing two video renditions and audio as CMAF over HTTP (DASH-IF live ingest, interface 1).</summary>
internal sealed class Publisher : IAsyncDisposable
{
    private const int FramesPerSecond = 24;
    private const int GroupFrames = 2 * FramesPerSecond;

    private readonly ChildProcess _process;
    private readonly StreamWriter? _log;

    private Publisher(ChildProcess process, StreamWriter? log)
    {
        _process = process;
        _log = log;
    }

    internal static async Task<Publisher> StartAsync(DemoBroadcast broadcast, DemoTerms terms, CancellationToken cancellation)
    {
        var input = await PictureSource.ArgumentsAsync(terms.Source, cancellation);
        StreamWriter? log = null;
        if (Directory.Exists(terms.Data))
        {
            log = new StreamWriter(Path.Combine(terms.Data, "ffmpeg.log"), append: false) { AutoFlush = true };
        }

        return new(ChildProcess.Start("ffmpeg", Arguments(input, broadcast.IngestUrl.AbsoluteUri, broadcast.View.Ingest!.Key!), log), log);
    }

    /// <summary>The whole command line. Renditions become the tracks 0 (480p), 1 (240p) and 2 (audio).</summary>
    internal static IReadOnlyList<string> Arguments((IReadOnlyList<string> Inputs, string Video, string Audio) input, string url, string key) =>
    [
        "-nostdin", "-hide_banner", "-loglevel", "warning", .. input.Inputs,
        "-filter_complex", $"[{input.Video}]fps={FramesPerSecond},split=2[a][b];[a]scale=-2:480[hi];[b]scale=-2:240[lo]",
        "-map", "[hi]", "-map", "[lo]", "-map", input.Audio,
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-b:v:0", "1200k", "-b:v:1", "400k",
        "-g", $"{GroupFrames}", "-keyint_min", $"{GroupFrames}", "-sc_threshold", "0",
        "-c:a", "aac", "-ar", "48000", "-ac", "2", "-b:a", "128k",
        "-f", "dash", "-seg_duration", "2", "-use_timeline", "1", "-window_size", "5",
        "-init_seg_name", "$RepresentationID$/init.mp4", "-media_seg_name", "$RepresentationID$/$Number$.m4s",
        "-format_options", "movflags=+cmaf+skip_sidx",
        "-method", "POST", "-http_persistent", "1", "-ignore_io_errors", "1", "-timeout", "5",
        "-http_opts", $"headers=Authorization\\: Bearer {key}", url,
    ];

    /// <summary>Throws if ffmpeg has ended by itself.</summary>
    internal void RequireAlive()
    {
        if (_process.HasExited)
        {
            throw new CommandFailure($"ffmpeg ended (exit code {_process.ExitStatus}); its last words:\n"
                + string.Join('\n', _process.Tail.TakeLast(8).Select(static line => "  " + line)));
        }
    }

    /// <summary>Ends it as Ctrl-C would, so that the last segments are sent.</summary>
    internal Task StopAsync() => _process.StopAsync(Signals.Interrupt, TimeSpan.FromSeconds(8));

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await _process.DisposeAsync();
        if (_log is not null)
        {
            await _log.DisposeAsync();
        }
    }
}
