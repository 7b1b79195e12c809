using Microsoft.Extensions.Hosting;

namespace LiveLedger.Ledger.Recovery;

/// <summary>Sees to it that a log which has taken another's place says so in its own stream, once.</summary>
internal sealed class SuccessionRecorder(EventStore events, LedgerOptions options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (options.Succeeds is { } succession && !stop.IsCancellationRequested)
        {
            try
            {
                // The event's id follows from the succession: recorded at an earlier start, it is not recorded again.
                await events.AppendAsync(LogEvents.Stream, ExpectedVersion.Any, [LogEvents.Succeeded(succession)], stop);
                return;
            }
            catch (LedgerUnavailableException)
            {
                await Task.Delay(s_pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
