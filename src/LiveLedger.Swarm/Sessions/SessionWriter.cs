using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Swarm.Tracker;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Swarm.Sessions;

/// <summary>
/// Writes down about once a minute how the stays of this process' rooms went. A crash loses what was not written: at most a minute's looks that were done, and those that were open; whoever
/// was there then counts as neither gone nor staying. While the database is away, the newest are kept.
/// </summary>
internal sealed partial class SessionWriter(EventStore ledger, Rooms rooms, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<SessionWriter> logger) : BackgroundService
{
    // An hour of ten rooms; more than some hundred megabytes it is never.
    private const int MaxKept = 600;

    private static readonly TimeSpan s_each = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Guid _process = Guid.NewGuid();
    private readonly Queue<(BroadcastId Broadcast, NewEvent Event)> _kept = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the sockets are closed: that the server stops says nothing of who is there. And not with the other services, which wait for those sockets.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, lifetime.ApplicationStopping);
        using var ending = lifetime.ApplicationStopping.Register(rooms.EndStays);
        using var timer = new PeriodicTimer(s_each, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping.Token))
            {
                await WriteAsync(stopping.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            using var patience = new CancellationTokenSource(s_patience, time);
            await WriteAsync(patience.Token);
        }
    }

    private async Task WriteAsync(CancellationToken cancel)
    {
        foreach (var (broadcast, looks) in rooms.TakeLooks())
        {
            if (_kept.Count == MaxKept)
            {
                _kept.Dequeue();
            }

            _kept.Enqueue((broadcast, SessionEvents.Seen(time, broadcast, looks)));
        }

        try
        {
            while (_kept.TryPeek(out var next))
            {
                await ledger.AppendAsync(SessionEvents.StreamOf(next.Broadcast, _process), ExpectedVersion.Any, [next.Event], cancel);
                _kept.Dequeue();
            }
        }
        catch (LedgerUnavailableException e)
        {
            Away(logger, _kept.Count, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The server stops; once more below, or the database is too slow for it.
        }
        catch (Exception e)
        {
            Failed(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} events of who was in the swarm wait for the ledger: {Reason}")]
    private static partial void Away(ILogger logger, int count, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "who was in the swarm cannot be written down")]
    private static partial void Failed(ILogger logger, Exception exception);
}
