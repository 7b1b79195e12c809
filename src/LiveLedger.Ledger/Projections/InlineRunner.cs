using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Ledger.Projections;

/// <summary>Runs in every process: rebuilds inline tables when somebody asks. Of all processes that see the request one does it.</summary>
internal sealed partial class InlineRunner(InlineRebuild rebuild, TimeProvider time, ILogger<InlineRunner> log) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(3);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var wait = s_look;
            try
            {
                foreach (var name in await rebuild.RunRequestedAsync(stop))
                {
                    LogRebuilt(name);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is ProjectionMovedException || LedgerUnavailableException.IsAway(e))
            {
                LogAway(e.Message);
                wait = s_afterFault;
            }
            catch (Exception e)
            {
                // The live tables are as they were; the request stands and is tried again, and both show.
                LogFailed(e);
                wait = s_afterFault;
            }

            await Task.Delay(wait, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(LogLevel.Information, "the tables of {name} were rebuilt")]
    private partial void LogRebuilt(string name);

    [LoggerMessage(LogLevel.Warning, "a rebuild of inline tables waits and goes on: {reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Error, "inline tables could not be rebuilt; trying again")]
    private partial void LogFailed(Exception cause);
}
