using System.Net.Http.Headers;
using System.Text.Json;
using LiveLedger.Cli.Demo;
using LiveLedger.Cli.Processes;
using LiveLedger.Cli.Rest;

namespace LiveLedger.Cli.Check;

/// <summary>Two publishers on one track would mix two streams into one.</summary>
internal static class PublisherClaim
{
    private const int MaxProblem = 64 * 1024;

    /// <summary>Another publisher, with the right key, pushes a stream of its own onto a track that is live.</summary>
    internal static async Task<Claim> SecondIsRefusedAsync(DemoStage stage, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("liveledger-second-").FullName;
        try
        {
            await EncodeAsync(folder, cancellation);
            // Raw requests: ffmpeg itself pushes on through a 403.
            using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(15) };
            http.DefaultRequestHeaders.UserAgent.Add(new("second-publisher", "1"));
            http.DefaultRequestHeaders.Authorization = new("Bearer", stage.Broadcast.View.Ingest!.Key);
            var (status, code) = await PostAsync(http, stage, "init.mp4", Path.Combine(folder, "init.mp4"), cancellation);
            if (status < 300)
            {
                // The same init may be sent again by anybody; a segment may not.
                (status, code) = await PostAsync(http, stage, "1.m4s", Path.Combine(folder, "1.m4s"), cancellation);
            }

            return Claim.Of("publisher-refused", status == 403 && code == "track-held", $"a second publisher is refused ({status} {code})");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task EncodeAsync(string folder, CancellationToken cancellation)
    {
        await using var ffmpeg = ChildProcess.Start("ffmpeg",
        [
            "-nostdin", "-hide_banner", "-loglevel", "error", "-f", "lavfi", "-i", "smptebars=size=426x240:rate=24:duration=2",
            "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "48", "-f", "dash", "-seg_duration", "2",
            "-init_seg_name", "init.mp4", "-media_seg_name", "$Number$.m4s", "-format_options", "movflags=+cmaf+skip_sidx",
            Path.Combine(folder, "live.mpd"),
        ]);
        await ffmpeg.WaitAsync(cancellation);
        if (ffmpeg.ExitStatus != 0)
        {
            throw new CommandFailure($"ffmpeg made no second stream: {ffmpeg.Tail.LastOrDefault()}");
        }
    }

    private static async Task<(int Status, string Code)> PostAsync(
        HttpClient http, DemoStage stage, string name, string file, CancellationToken cancellation)
    {
        var content = new ByteArrayContent(await File.ReadAllBytesAsync(file, cancellation));
        content.Headers.ContentType = new MediaTypeHeaderValue("video/mp4");
        try
        {
            using var answer = await http.PostAsync(new Uri(stage.Broadcast.IngestUrl, $"0/{name}"), content, cancellation);
            var body = await Download.BodyAsync(answer, MaxProblem, cancellation);
            return ((int)answer.StatusCode, CodeOf(body));
        }
        catch (Exception e) when (Download.IsNetwork(e, cancellation))
        {
            throw new CommandFailure($"the second publisher could not reach the server: {e.Message}");
        }
    }

    private static string CodeOf(byte[] body)
    {
        try
        {
            using var problem = JsonDocument.Parse(body);
            return problem.RootElement.TryGetProperty("code", out var code) ? code.GetString() ?? "" : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }
}
