using System.Text.Json;
using LiveLedger.Cli.Processes;

namespace LiveLedger.Cli.Check;

/// <summary>A viewer: Debian's Chromium without a window, driven by tools/watcher.</summary>
internal static class Watcher
{
    private const int MaxAnswer = 1024 * 1024;

    /// <summary>Opens a Watch page and waits until so many seconds have played, or it is clear that they will not.</summary>
    internal static async Task<Sighting> WatchAsync(string url, int seconds, string? picture, CancellationToken cancellation)
    {
        var script = Path.Combine(Home.Repository ?? throw new CommandFailure("the check runs from a clone"), "tools/watcher/watch.mjs");
        // Start-up and the first segments take their time on a small machine.
        var limit = seconds + 45;
        await using var node = ChildProcess.Start(
            "node", [script, $"{seconds}", $"{limit}", .. picture is null ? Array.Empty<string>() : [picture]], keepOutput: true,
            environment: new Dictionary<string, string> { ["LIVELEDGER_WATCH_URL"] = url });
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(limit + 45));
        try
        {
            var buffer = new char[MaxAnswer];
            var length = await node.Output.ReadBlockAsync(buffer, patience.Token);
            await node.WaitAsync(patience.Token);
            return node.ExitStatus == 0 && JsonSerializer.Deserialize<Sighting>(buffer.AsSpan(..length), JsonSerializerOptions.Web) is { } sighting
                ? sighting
                : throw new CommandFailure($"the browser could not be driven: {node.Tail.FirstOrDefault(static line => line.Contains("rror", StringComparison.Ordinal)) ?? "no reason given"}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandFailure("the browser did not answer in time");
        }
        catch (JsonException)
        {
            throw new CommandFailure("the browser's answer is not what was asked for");
        }
    }
}

/// <summary>What a viewer saw.</summary>
/// <param name="Played">Seconds the video moved on after its first frame.</param>
/// <param name="Frames">Decoded pictures, by the browser's own count.</param>
/// <param name="AudioBytes">Decoded sound, by the browser's own count.</param>
/// <param name="State">The page's state.</param>
/// <param name="Verified">Segments that the page verified.</param>
/// <param name="Appended">Segments that it gave to the player.</param>
/// <param name="Failures">Checks that failed.</param>
/// <param name="Identity">The identity that the page trusts.</param>
/// <param name="Picture">File with a picture of the video.</param>
/// <param name="Errors">Errors of the page's scripts.</param>
internal sealed record Sighting(
    double Played, int Frames, long AudioBytes, string State, int Verified, int Appended, IReadOnlyList<JsonElement> Failures,
    string? Identity, string? Picture, IReadOnlyList<string>? Errors);
