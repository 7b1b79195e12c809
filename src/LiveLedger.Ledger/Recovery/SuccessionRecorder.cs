using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Ledger.Recovery;

/// <summary>Sees to it that a log which has taken another's place says so in its own stream, once.</summary>
internal sealed partial class SuccessionRecorder(EventStore events, LedgerOptions options, TimeProvider time, ILogger<SuccessionRecorder> log) : BackgroundService
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
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (LedgerUnavailableException)
            {
                // It opens, or the database comes back.
            }
            catch (Exception e)
            {
                LogFailed(e);
            }

            await Task.Delay(s_pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Error, "the log could not be told yet whose place it took; trying again")]
    private partial void LogFailed(Exception cause);
}
