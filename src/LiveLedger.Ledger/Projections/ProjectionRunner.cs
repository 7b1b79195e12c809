using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LiveLedger.Ledger.Projections;

/// <summary>
/// Runs in every process: follows the log with each projection, or stands by to. Of all processes on one database one runs a projection;
/// when its session ends another takes over within a second and goes on from the place it finds.
/// </summary>
internal sealed partial class ProjectionRunner : BackgroundService
{
    private static readonly TimeSpan s_standBy = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_afterFault = TimeSpan.FromSeconds(3);

    private readonly LedgerDatabase _database;
    private readonly LedgerState _state;
    private readonly AsyncProjection[] _projections;
    private readonly Upcasters _upcasters;
    private readonly TimeProvider _time;
    private readonly ILogger<ProjectionRunner> _log;
    private readonly Action<ProjectionStep> _reached;

    public ProjectionRunner(LedgerDatabase database, LedgerState state, IEnumerable<AsyncProjection> projections, Upcasters upcasters, TimeProvider time, ILogger<ProjectionRunner> log)
        : this(database, state, projections, upcasters, time, log, static _ => { })
    {
    }

    /// <summary>As above; <paramref name="reached"/> is told each step, and a fault test fails there.</summary>
    internal ProjectionRunner(LedgerDatabase database, LedgerState state, IEnumerable<AsyncProjection> projections, Upcasters upcasters, TimeProvider time,
        ILogger<ProjectionRunner> log, Action<ProjectionStep> reached) =>
        (_database, _state, _projections, _upcasters, _time, _log, _reached) = (database, state, [.. projections], upcasters, time, log, reached);

    protected override Task ExecuteAsync(CancellationToken stop) => Task.WhenAll(_projections.Select(p => Task.Run(() => KeepAsync(p, stop), CancellationToken.None)));

    private async Task KeepAsync(AsyncProjection projection, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var wait = s_standBy;
            try
            {
                await RunAsync(projection, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (ProjectionMovedException e)
            {
                LogMoved(e.Message);
            }
            catch (Exception e) when (LedgerUnavailableException.IsAway(e))
            {
                LogAway(projection.Name, e.Message);
            }
            catch (Exception e)
            {
                // What follows the log must not take the log with it, and a fault of ours in one projection not the others. It stands still,
                // says so each time, and its lag shows.
                LogFailed(projection.Name, e);
                wait = s_afterFault;
            }

            await Task.Delay(wait, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(AsyncProjection projection, CancellationToken stop)
    {
        await using var connection = await _database.Unpooled.OpenConnectionAsync(stop);
        await LedgerDatabase.UpgradeAsync(connection, stop);
        while (!await ProjectionTables.TryLeadAsync(connection, projection.Name, stop))
        {
            await Task.Delay(s_standBy, _time, stop);
        }

        await ProjectionTables.PlanEachBatchAsync(connection, stop);
        LogLeads(projection.Name);
        var run = new ProjectionRun(connection, projection, _upcasters, _reached);
        while (true)
        {
            // Taken before looking, so that no event between the look and the wait is waited for.
            var grown = _state.NextSequenced();
            if (!await run.StepAsync(stop))
            {
                await Task.WhenAny(grown, Task.Delay(s_look, _time, stop));
            }

            stop.ThrowIfCancellationRequested();
        }
    }

    [LoggerMessage(LogLevel.Information, "this process runs the projection {name}")]
    private partial void LogLeads(string name);

    [LoggerMessage(LogLevel.Warning, "{reason}; beginning again from where it is")]
    private partial void LogMoved(string reason);

    [LoggerMessage(LogLevel.Warning, "the projection {name} stands still and tries again: {reason}")]
    private partial void LogAway(string name, string reason);

    [LoggerMessage(LogLevel.Error, "the projection {name} stands still and tries again")]
    private partial void LogFailed(string name, Exception cause);
}
