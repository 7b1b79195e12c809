using LiveLedger.Anchoring.Settings;
using LiveLedger.Anchoring.Views;
using LiveLedger.Ledger;
using LiveLedger.Media;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Anchoring.Outages;

/// <summary>
/// Runs in every process, and watches the broadcasts with a sale that are published here: when nothing comes for too long, that is logged as soon as something comes
/// again or the broadcast has ended. It asks what was served, not what was logged: a database that is away is no outage for who watches.
/// </summary>
internal sealed partial class OutageWatch(EventStore ledger, ChainView view, AnchoringLinks links, ChainSettings settings, TimeProvider time, ILogger<OutageWatch> logger) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_sales = TimeSpan.FromSeconds(5);

    private readonly Dictionary<BroadcastId, DateTimeOffset> _known = [];
    private IReadOnlyList<SeenSale> _sales = [];

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        long? read = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (read is not { } at || time.GetElapsedTime(at) >= s_sales)
                {
                    _sales = await view.RunningSalesAsync(stop);
                    read = time.GetTimestamp();
                }

                foreach (var sales in _sales.GroupBy(static s => s.Broadcast))
                {
                    await LookAsync(sales.Key, sales, stop);
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
                Failed(e);
            }

            await Task.Delay(s_look, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LookAsync(BroadcastId broadcast, IEnumerable<SeenSale> sales, CancellationToken cancel)
    {
        var terms = sales.Select(static s => s.State.Terms).ToArray();
        var (starts, ends) = (At(terms.Min(static t => t.Starts)), At(terms.Max(static t => t.Ends)));
        // Where another process publishes it, that one watches.
        if ((_known.TryGetValue(broadcast, out var known) && known >= ends) || await links.ServedOf(broadcast, cancel) is not var (last, ended))
        {
            return;
        }

        var now = new Publishing(starts, ends, last, ended);
        if (known == default)
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

            _known[broadcast] = next;
            if (next == known)
            {
                return;
            }

            known = next;
        }
    }

    // After a start of the process: everything is accounted for until the last outage that was logged, or until what was served last, which no process of before missed.
    private async Task<DateTimeOffset> KnownAsync(BroadcastId broadcast, Publishing now, CancellationToken cancel)
    {
        var logged = await ledger.ReadStreamAsync(OutageEvents.StreamOf(broadcast), cancel: cancel).LastOrDefaultAsync(cancel) is { } stored ? OutageEvents.Read(stored.PayloadJson.Span).Until : now.Starts;
        return now.LastServed is { } served && served > logged ? served : logged;
    }

    private static DateTimeOffset At(ulong seconds) => DateTimeOffset.FromUnixTimeSeconds((long)Math.Min(seconds, 253_402_300_799));

    [LoggerMessage(Level = LogLevel.Warning, Message = "nothing of broadcast {Broadcast} was published from {From:u} until {Until:u}: that is logged as an outage")]
    private partial void Logged(BroadcastId broadcast, DateTimeOffset from, DateTimeOffset until);

    [LoggerMessage(Level = LogLevel.Error, Message = "outages are not watched")]
    private partial void Failed(Exception exception);
}
