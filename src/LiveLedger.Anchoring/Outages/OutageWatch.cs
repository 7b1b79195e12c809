using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Ledger;
using LiveLedger.Media;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Outages;

/// <summary>
/// Runs in every process, and watches the broadcasts with a sale that are published here: when nothing comes for too long, that is logged as soon as something comes
/// again, the broadcast has ended, or its time is over. It asks what was served, not what was logged: a database that is away is no outage for who watches.
/// </summary>
internal sealed partial class OutageWatch(EventStore ledger, ChainView view, AnchoringLinks links, ChainSettings settings, TimeProvider time, ILogger<OutageWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_sales = TimeSpan.FromSeconds(5);

    private readonly Dictionary<(BroadcastId Broadcast, ScheduledTime Due), DateTimeOffset> _known = [];
    private readonly HashSet<BroadcastId> _failing = [];
    private IReadOnlyList<SeenSale> _sales = [];
    private bool _isFailing;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        long? read = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (read is not { } at || time.GetElapsedTime(at) >= s_sales)
                {
                    await ReadSalesAsync(stop);
                    read = time.GetTimestamp();
                }

                _isFailing = false;
                foreach (var sales in _sales.GroupBy(static s => s.Broadcast))
                {
                    await TryLookAsync(sales.Key, sales, stop);
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (LedgerUnavailableException)
            {
                // It is looked at again; what was served meanwhile is in the recording.
            }
            catch (Exception e)
            {
                // What ends a service ends the process, and every live broadcast with it.
                if (!_isFailing)
                {
                    NotWatched(e);
                    _isFailing = true;
                }
            }

            await Task.Delay(s_look, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadSalesAsync(CancellationToken cancel)
    {
        _sales = await view.RunningSalesAsync(cancel);
        var running = _sales.Select(static s => s.Broadcast).ToHashSet();
        foreach (var gone in _known.Keys.Where(k => !running.Contains(k.Broadcast)).ToArray())
        {
            _known.Remove(gone);
        }

        _failing.IntersectWith(running);
    }

    // A broadcast whose recording is damaged keeps no other from being watched.
    private async Task TryLookAsync(BroadcastId broadcast, IEnumerable<SeenSale> sales, CancellationToken cancel)
    {
        try
        {
            await LookAsync(broadcast, ScheduledTime.Of(sales.Select(static s => s.State.Terms)), cancel);
            _failing.Remove(broadcast);
        }
        catch (Exception e) when (e is not (OperationCanceledException or LedgerUnavailableException))
        {
            if (_failing.Add(broadcast))
            {
                Failed(e, broadcast);
            }
        }
    }

    private async Task LookAsync(BroadcastId broadcast, IReadOnlyList<ScheduledTime> times, CancellationToken cancel)
    {
        // Where another process publishes it, that one watches.
        if (times.All(due => _known.TryGetValue((broadcast, due), out var known) && known >= due.Ends) || await links.ServedOf(broadcast, cancel) is not var (last, ended))
        {
            return;
        }

        var now = time.GetUtcNow();
        foreach (var due in times)
        {
            // A segment of the last moment may come to the disk behind its time.
            await AccountAsync(broadcast, new(due, last, ended || now >= due.Ends + settings.OutageAfter), cancel);
        }
    }

    private async Task AccountAsync(BroadcastId broadcast, Publishing now, CancellationToken cancel)
    {
        if (!_known.TryGetValue((broadcast, now.Due), out var known))
        {
            known = await KnownAsync(broadcast, now, cancel);
        }

        while (true)
        {
            var (outage, next) = OutageRule.Decide(known, now, settings.OutageAfter);
            if (outage is { } found)
            {
                await ledger.AppendAsync(OutageEvents.StreamOf(broadcast), ExpectedVersion.Any, [OutageEvents.Logged(broadcast, found)], cancel);
                Logged(broadcast, found.From, found.Until);
            }

            _known[(broadcast, now.Due)] = next;
            if (next == known)
            {
                return;
            }

            known = next;
        }
    }

    // After a start of the process, or when sales have changed: everything is accounted for until the last outage that was logged, or until what was served last, which no process of before missed.
    private async Task<DateTimeOffset> KnownAsync(BroadcastId broadcast, Publishing now, CancellationToken cancel)
    {
        var logged = await ledger.ReadStreamAsync(OutageEvents.StreamOf(broadcast), cancel: cancel).LastOrDefaultAsync(cancel) is { } stored
            ? OutageEvents.Read(stored.PayloadJson.Span).Until : now.Due.Starts;
        return now.LastServed is { } served && served > logged ? served : logged;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "nothing of broadcast {Broadcast} was published from {From:u} until {Until:u}: that is logged as an outage")]
    private partial void Logged(BroadcastId broadcast, DateTimeOffset from, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Error, Message = "outages are not watched")]
    private partial void NotWatched(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "outages of broadcast {Broadcast} are not watched")]
    private partial void Failed(Exception exception, BroadcastId broadcast);
}
