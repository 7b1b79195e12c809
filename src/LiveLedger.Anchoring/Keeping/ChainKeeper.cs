using LiveLedger.Anchoring.Anchors;
using LiveLedger.Anchoring.Following;
using LiveLedger.Anchoring.Settings;
using LiveLedger.ChainNodes;
using LiveLedger.Ledger;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LiveLedger.Anchoring.Keeping;

/// <summary>
/// Runs in every process: follows the chain, takes receipts, looks after sales, and says when it is time to anchor, or stands by to. Of all processes on one
/// database one does; when its session ends another takes over. Nothing anywhere waits for it.
/// </summary>
internal sealed partial class ChainKeeper(
    LedgerDatabase database, EventStore ledger, ChainNode node, SightingReader reader, ReceiptTaker receipts, SaleCaretaker sales, AnchorOrders anchors, ChainSettings settings, ChainStatus status,
    TimeProvider time, ILogger<ChainKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan s_standBy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_careEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_tellEvery = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly HashSet<string> _failed = new(StringComparer.Ordinal);
    private bool _led;
    private bool _areFit;
    private long? _caredAt;
    private long? _receiptsFailedAt;
    private long? _anchoredAt;
    private long? _anchorFailedAt;
    private long? _toldAt;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        var pause = s_firstPause;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await LeadAsync(() => pause = s_firstPause, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (ChainException e)
            {
                if (status.Failed(e.Code, e.Detail))
                {
                    Waits(settings.Deployment.Name, e.Code, e.Detail);
                }
            }
            catch (Exception e) when (e is LedgerUnavailableException or FollowerReplacedException or NpgsqlException)
            {
                Waits(settings.Deployment.Name, "database-away", e.Message);
            }
            catch (Exception e)
            {
                // What is told of a chain must not take the platform along. It stands still, says so each time, and its lag shows.
                status.Failed("chain-follower-failed", e.Message);
                Failed(settings.Deployment.Name, e);
                pause = s_longestPause;
            }

            await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
        }
    }

    private async Task LeadAsync(Action went, CancellationToken stop)
    {
        await using var connection = await database.Unpooled.OpenConnectionAsync(stop);
        var place = new FollowedChain(connection, settings.Deployment.Name);
        while (!await place.TryLeadAsync(stop))
        {
            await Task.Delay(s_standBy, time, stop);
        }

        if (!_led)
        {
            // Once: while the chain is away this begins again and again.
            Leads(settings.Deployment.Name);
            _led = true;
        }

        var run = new FollowRun(node, ledger, place, reader, settings.Deployment, settings.FirstBlock, settings.Depth, time, static _ => { });
        while (true)
        {
            // The schedule goes by the log, not by the chain: what is ordered waits if the chain is away.
            if (IsDue(_anchoredAt, settings.AnchorEvery) && IsDue(_anchorFailedAt, s_careEvery))
            {
                if (await TryAsync("anchor-order", c => anchors.OrderAsync("schedule", null, c), stop))
                {
                    _anchoredAt = time.GetTimestamp();
                }
                else
                {
                    _anchorFailedAt = time.GetTimestamp();
                }
            }

            await RequireFitAsync(stop);
            var progress = await run.StepAsync(stop);
            status.Reached(progress);
            went();
            Tell(progress);
            await CareAsync(progress, stop);
            if (progress.IsLevel)
            {
                await Task.Delay(settings.LookEvery, time, stop);
            }
        }
    }

    // A wrong address in the settings is no error to a chain: what is sent there is carried out, and does nothing.
    private async Task RequireFitAsync(CancellationToken stop)
    {
        var (deployment, account) = (settings.Deployment, settings.Account);
        if (!_areFit && await new ContractTies(account, deployment.Anchor, deployment.Ownership, deployment.Tickets).FaultsAsync(node, stop) is { Count: > 0 } faults)
        {
            throw new ChainException(ChainException.ContractsUnfit, string.Join("; ", faults));
        }

        _areFit = true;
    }

    private async Task CareAsync(FollowProgress progress, CancellationToken stop)
    {
        if (!progress.IsLevel)
        {
            return;
        }

        if (IsDue(_receiptsFailedAt, s_careEvery) && !await TryAsync("anchor-receipt", c => receipts.TakeMissingAsync(progress, c), stop))
        {
            _receiptsFailedAt = time.GetTimestamp();
        }

        if (IsDue(_caredAt, s_careEvery) && await TryAsync("sales", sales.LookAsync, stop))
        {
            _caredAt = time.GetTimestamp();
        }
    }

    // What fails beside the following must not hold it up: a node without eth_getProof, a bus that is away. It is done again later.
    private async Task<bool> TryAsync(string what, Func<CancellationToken, Task> work, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(s_patience);
        try
        {
            await work(patience.Token);
            _failed.Remove(what);
            return true;
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            if (_failed.Add(what))
            {
                Later(what, e.Message);
            }

            return false;
        }
    }

    private bool IsDue(long? last, TimeSpan every) => last is not { } at || time.GetElapsedTime(at) >= every;

    private void Tell(FollowProgress progress)
    {
        if (!progress.IsLevel && IsDue(_toldAt, s_tellEvery))
        {
            CatchesUp(settings.Deployment.Name, progress.Followed, progress.Target);
            _toldAt = time.GetTimestamp();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "this process follows the chain of {Deployment}")]
    private partial void Leads(string deployment);

    [LoggerMessage(Level = LogLevel.Information, Message = "the chain of {Deployment} is followed up to block {Followed} of {Target}")]
    private partial void CatchesUp(string deployment, ulong followed, ulong target);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the chain of {Deployment} is not followed for now ({Code}): {Reason}")]
    private partial void Waits(string deployment, string code, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{What} has to wait: {Reason}")]
    private partial void Later(string what, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "the chain of {Deployment} is not followed")]
    private partial void Failed(string deployment, Exception exception);
}
