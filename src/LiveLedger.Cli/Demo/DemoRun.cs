using LiveLedger.Media.Records;
using Spectre.Console;

namespace LiveLedger.Cli.Demo;

/// <summary>The demo for a person: prints the Watch URL, shows a live status, ends cleanly on Ctrl-C.</summary>
internal static class DemoRun
{
    internal static async Task<int> RunAsync(DemoTerms terms, CancellationToken cancellation)
    {
        try
        {
            await using var stage = await DemoStage.BuildAsync(terms, static line => Output.Line($"liveledger: {line}"), cancellation);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (terms.Seconds is { } seconds)
            {
                ending.CancelAfter(TimeSpan.FromSeconds(seconds));
            }

            try
            {
                await stage.WaitForSegmentsAsync(1, ending.Token);
                PrintAddresses(stage);
                await StatusDisplay.ShowAsync(stage, ending.Token);
            }
            catch (OperationCanceledException)
            {
                // Ctrl-C, or the time is up.
            }

            Output.Line("liveledger: ending the broadcast, the server and PostgreSQL");
            await stage.EndAsync();
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C before there was anything to end.
        }

        return ExitCode.Good;
    }

    private static void PrintAddresses(DemoStage stage)
    {
        var view = stage.Broadcast.View;
        Output.Line($"""

            Watch   {stage.Broadcast.WatchUrl}

            broadcast  {view.Id} ({view.Scheme})
            identity   {IdentityText.Format(stage.Broadcast.Identity)}
            other players (they need the licence address {new Uri(stage.Server.Address, "/v1/licences")} and the token above)
              HLS      {view.Urls.Hls}
              DASH     {view.Urls.Dash}
            check one  ./liveledger audit segment {new Uri(stage.Server.Address, $"/live/{view.Id}/0/0.m4s")} --identity {IdentityText.Format(stage.Broadcast.Identity)}
            {(AnsiConsole.Profile.Capabilities.Interactive ? "Ctrl-C ends it." : "SIGINT or SIGTERM ends it.")}

            """);
    }
}
