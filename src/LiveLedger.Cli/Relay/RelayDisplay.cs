using System.Globalization;
using System.Text.Json;
using LiveLedger.Relay;
using Spectre.Console;

namespace LiveLedger.Cli.Relay;

/// <summary>How the relay is: one line that lives on a terminal, one every five seconds elsewhere.</summary>
internal static class RelayDisplay
{
    internal static Task ShowAsync(RelayServer relay, bool json, CancellationToken cancellation)
    {
        if (!json)
        {
            Output.Line($"OK   relay at {string.Join(", ", relay.Addresses)}");
        }

        return AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected && !json
            ? AnsiConsole.Live(new Text("")).AutoClear(true).StartAsync(async live =>
            {
                while (true)
                {
                    live.UpdateTarget(new Text(Output.Shown(Line(relay.Status))));
                    await Task.Delay(1000, cancellation);
                }
            })
            : PrintAsync(relay, json, cancellation);
    }

    internal static string Line(RelayStatus now) => string.Create(CultureInfo.InvariantCulture,
        $"{now.Broadcasts} broadcasts, {now.Links} peers, {MegaBytes(now.SentBytes + now.PeerBytes)} MB out, {MegaBytes(now.FetchedBytes)} MB in, {MegaBytes(now.MemoryBytes)} MB in memory, {MegaBytes(now.DiskBytes)} MB on disk{Troubles(now)}");

    private static async Task PrintAsync(RelayServer relay, bool json, CancellationToken cancellation)
    {
        while (true)
        {
            Output.Line(json ? JsonSerializer.Serialize(new { urls = relay.Addresses, status = relay.Status }, JsonSerializerOptions.Web) : Line(relay.Status));
            await Task.Delay(5000, cancellation);
        }
    }

    private static string Troubles(RelayStatus now) =>
        (now.Refused > 0 ? $", {now.Refused} answers of upstream's REFUSED" : "") + (now.Rotten > 0 ? $", {now.Rotten} rotten files" : "")
        + string.Concat(now.Failures.Select(static f => $"; {Output.Word(f)}"));

    private static string MegaBytes(long bytes) => (bytes / 1e6).ToString("F1", CultureInfo.InvariantCulture);
}
