using LiveLedger.Transparency.Tree;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Ledger;

/// <summary>
/// Runs in every process and hears from the log of every event of some streams, whichever process appended it. The log rather than a message
/// bus, because a bus that was cut off for a moment would lose what it carried: this goes on from where it was.
/// </summary>
/// <param name="ledger">The log.</param>
/// <param name="streams">How the streams' names begin, e.g. <c>entitlement/</c>.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Where trouble is told.</param>
public abstract partial class LogFollower(EventStore ledger, string streams, TimeProvider time, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private LedgerIndex _next;

    /// <inheritdoc/>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before anything is served here: what happened until now is in the tables, what happens from now on comes behind this.
        _next = await ledger.ReadEndAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Takes an event, in the log's order. One that throws is heard again.</summary>
    protected abstract ValueTask HearAsync(StoredEvent heard, CancellationToken cancel);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var logged in ledger.FollowAsync(streams, _next, stoppingToken))
                {
                    await HearAsync(logged.Event, stoppingToken);
                    _next = new(logged.Index.Value + 1);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (LedgerUnavailableException e)
            {
                // While the database is away nothing happens in other processes either.
                Away(logger, streams, e.Message);
            }
            catch (Exception e)
            {
                Failed(logger, streams, e);
            }

            await Task.Delay(s_pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "what other processes do to {Streams} is not heard of: {Reason}")]
    private static partial void Away(ILogger logger, string streams, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "what other processes do to {Streams} is not heard of")]
    private static partial void Failed(ILogger logger, string streams, Exception exception);
}
