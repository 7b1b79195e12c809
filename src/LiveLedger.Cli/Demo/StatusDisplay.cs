using System.Globalization;
using LiveLedger.Cli.Rest;
using Spectre.Console;

namespace LiveLedger.Cli.Demo;

/// <summary>The status while the demo runs: a table that lives on a terminal, a line every five seconds elsewhere.</summary>
internal static class StatusDisplay
{
    internal static Task ShowAsync(DemoStage stage, CancellationToken cancellation) =>
        AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected
            ? AnsiConsole.Live(new Text("")).AutoClear(true).StartAsync(async live =>
            {
                while (true)
                {
                    stage.RequireAlive();
                    live.UpdateTarget(Table(await Snapshot.TakeAsync(stage, cancellation)));
                    await Task.Delay(1000, cancellation);
                }
            })
            : PrintLinesAsync(stage, cancellation);

    internal static string Line(Snapshot now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{now.Segments} segments, {now.Bytes / 1e6:F1} MB, ledger {Ledger(now)}, viewers {now.Status.Viewers}, {Verified(now)}");

    private static async Task PrintLinesAsync(DemoStage stage, CancellationToken cancellation)
    {
        string? told = null;
        while (true)
        {
            stage.RequireAlive();
            var now = await Snapshot.TakeAsync(stage, cancellation);
            Output.Line(Line(now));
            if (now.Status.LastIngestRefusal is { } refusal && refusal.Code != told)
            {
                told = refusal.Code;
                Output.Line($"the publisher was refused at {refusal.At:T}: {DemoStage.Refusal(refusal.Code, refusal.Detail)}");
            }

            await Task.Delay(5000, cancellation);
        }
    }

    private static Rows Table(Snapshot now)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("track", "codec", "segments", "MB", "last");
        foreach (var track in now.Status.Tracks)
        {
            table.AddRow(
                Markup.Escape(Output.Word($"{track.Name} {track.Class}")), Markup.Escape(Output.Word(track.Codec)), $"{track.Segments}",
                (track.Bytes / 1e6).ToString("F1", CultureInfo.InvariantCulture), Age(track));
        }

        var lines = new List<Spectre.Console.Rendering.IRenderable>
        {
            table,
            new Text($"ledger    {Ledger(now)}"),
            new Text($"viewers   {now.Status.Viewers}"),
            new Text($"verified  {Verified(now)}", now.Verdict is { Result.IsOk: false } ? new Style(Color.Red) : Style.Plain),
        };
        if (now.Status.LastIngestRefusal is { } refusal)
        {
            lines.Add(new Text($"refused   {refusal.At.ToLocalTime():T} {DemoStage.Refusal(refusal.Code, refusal.Detail)}", new Style(Color.Red)));
        }

        return new Rows(lines);
    }

    private static string Ledger(Snapshot now) =>
        now.Ledger is not { } ledger ? "does not answer; the stream goes on and is logged afterwards"
        : now.LedgerHalted ? $"HALTED at {ledger.Size} events: a person must look"
        : $"{ledger.Size} events{(now.Status.UnloggedSegments > 0 ? $", {now.Status.UnloggedSegments} segments on their way" : "")}";

    private static string Verified(Snapshot now) =>
        now.Verdict is not { } verdict ? "nothing yet"
        : verdict.Result.IsOk ? $"segment {verdict.Address.Slot.Sequence} of track {verdict.Address.Slot.Track} up to the pinned identity"
        : $"FAILED: segment {verdict.Address.Slot.Sequence} of track {verdict.Address.Slot.Track}: {verdict.Result}";

    private static string Age(TrackStatus track) => track.LastReceivedAt is { } at
        ? string.Create(CultureInfo.InvariantCulture, $"{Math.Max(0, (DateTimeOffset.UtcNow - at).TotalSeconds):F0} s ago")
        : "";
}
