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
    LedgerDatabase database, EventStore ledger, ChainNode node, SightingReader reader, ReceiptTaker receipts, SaleCaretaker sales, AnchoringLinks links, ChainSettings settings, ChainStatus status,
    TimeProvider time, ILogger<ChainKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan s_standBy = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_careEvery = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_tellEvery = TimeSpan.FromSeconds(5);

    private long? _caredAt;
    private long? _anchoredAt;
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

        Leads(settings.Deployment.Name);
        var run = new FollowRun(node, ledger, place, reader, settings.Deployment, settings.FirstBlock, settings.Depth, time, static _ => { });
        while (true)
        {
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

    private async Task CareAsync(FollowProgress progress, CancellationToken stop)
    {
        // The schedule goes by the log, not by the chain: what is ordered waits there if the chain is away.
        if (_anchoredAt is not { } at || time.GetElapsedTime(at) >= settings.AnchorEvery)
        {
            await links.OrderAnchor("schedule", stop);
            _anchoredAt = time.GetTimestamp();
        }

        if (progress.IsLevel)
        {
            await receipts.TakeMissingAsync(progress, stop);
            if (_caredAt is not { } cared || time.GetElapsedTime(cared) >= s_careEvery)
            {
                await sales.LookAsync(stop);
                _caredAt = time.GetTimestamp();
            }
        }
    }

    private void Tell(FollowProgress progress)
    {
        if (!progress.IsLevel && (_toldAt is not { } at || time.GetElapsedTime(at) >= s_tellEvery))
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

    [LoggerMessage(Level = LogLevel.Error, Message = "the chain of {Deployment} is not followed")]
    private partial void Failed(string deployment, Exception exception);
}
