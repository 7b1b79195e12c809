using LiveLedger.Ledger.Reading;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Ledger.Subscriptions;

/// <summary>
/// Runs in every process: sends each subscription's messages, or stands by to. Of all processes on one database one sends; when its session
/// ends another takes over within a second and goes on from the place it finds. Nobody who appends waits for a broker.
/// </summary>
internal sealed partial class SubscriptionRunner : BackgroundService
{
    private static readonly TimeSpan s_standBy = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(15);

    private readonly LedgerDatabase _database;
    private readonly LedgerState _state;
    private readonly TailReads _events;
    private readonly LogReader _published;
    private readonly OutwardSubscription[] _subscriptions;
    private readonly TimeProvider _time;
    private readonly ILogger<SubscriptionRunner> _log;
    private readonly Action<SubscriptionStep> _reached;

    public SubscriptionRunner(LedgerDatabase database, LedgerState state, EventStore events, LogReader published, IEnumerable<OutwardSubscription> subscriptions,
        TimeProvider time, ILogger<SubscriptionRunner> log)
        : this(database, state, events, published, subscriptions, time, log, static _ => { })
    {
    }

    /// <summary>As above; <paramref name="reached"/> is told each step, and a fault test fails there.</summary>
    internal SubscriptionRunner(LedgerDatabase database, LedgerState state, EventStore events, LogReader published, IEnumerable<OutwardSubscription> subscriptions,
        TimeProvider time, ILogger<SubscriptionRunner> log, Action<SubscriptionStep> reached) =>
        (_database, _state, _events, _published, _subscriptions, _time, _log, _reached) = (database, state, new(events.ReadRangeAsync), published, [.. subscriptions], time, log, reached);

    public override void Dispose()
    {
        base.Dispose();
        _events.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stop) => Task.WhenAll(_subscriptions.Select(s => Task.Run(() => KeepAsync(s, stop), CancellationToken.None)));

    private async Task KeepAsync(OutwardSubscription subscription, CancellationToken stop)
    {
        var pause = s_firstPause;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await RunAsync(subscription, () => pause = s_firstPause, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is MessageRefusedException or SubscriptionMovedException or LedgerUnavailableException || LedgerUnavailableException.IsAway(e))
            {
                LogWaits(subscription.Name, pause, e.Message);
            }
            catch (Exception e)
            {
                // What tells of the log must not take it along. It stands still, says so each time, and its lag shows.
                LogFailed(subscription.Name, e);
                pause = s_longestPause;
            }

            await Task.Delay(pause, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    private async Task RunAsync(OutwardSubscription subscription, Action sent, CancellationToken stop)
    {
        await using var connection = await _database.Unpooled.OpenConnectionAsync(stop);
        await LedgerDatabase.UpgradeAsync(connection, stop);
        var place = new SubscriptionPlace(connection, subscription.Name);
        while (!await place.TryLeadAsync(stop))
        {
            await Task.Delay(s_standBy, _time, stop);
        }

        LogLeads(subscription.Name);
        var run = new SubscriptionRun(_events, _published, subscription, place, await place.OpenAsync(stop), _time, _reached);
        while (true)
        {
            // Taken before looking, so that no event between the look and the wait is waited for.
            var grown = _state.NextSequenced();
            if (await run.StepAsync(stop))
            {
                sent();
                if (subscription.Rest > TimeSpan.Zero && run.IsLevel)
                {
                    await Task.Delay(subscription.Rest, _time, stop);
                }
            }
            else
            {
                await Task.WhenAny(grown, Task.Delay(s_look, _time, stop));
            }

            stop.ThrowIfCancellationRequested();
        }
    }

    [LoggerMessage(LogLevel.Information, "this process sends the messages of {name}")]
    private partial void LogLeads(string name);

    [LoggerMessage(LogLevel.Warning, "the messages of {name} wait for {pause}: {reason}")]
    private partial void LogWaits(string name, TimeSpan pause, string reason);

    [LoggerMessage(LogLevel.Error, "the messages of {name} stand still and are tried again")]
    private partial void LogFailed(string name, Exception cause);
}
