using LiveLedger.Ledger;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Swarm.Tracker;

/// <summary>Holds this server's rooms on, where several servers share a platform.</summary>
internal sealed partial class RoomKeeper(Rooms rooms, RoomPlaces places, SwarmOptions options, TimeProvider time, ILogger<RoomKeeper> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.OwnUrl is null)
        {
            return;
        }

        using var timer = new PeriodicTimer(RoomPlaces.Lease / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await HoldAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is held is another's in a few seconds.
        }
    }

    private async Task HoldAsync(CancellationToken cancel)
    {
        var own = rooms.Broadcasts.ToList();
        if (own.Count == 0)
        {
            return;
        }

        try
        {
            foreach (var lost in await places.HoldAsync(own, cancel))
            {
                Lost(logger, lost.ToString());
                rooms.Close(lost);
            }
        }
        catch (LedgerUnavailableException)
        {
            // Nobody else can take them either.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the swarm of {Broadcast} is another server's now; its peers are sent there")]
    private static partial void Lost(ILogger logger, string broadcast);
}

/// <summary>Hears from the log of segments that other processes sealed: their notice comes to nobody else.</summary>
internal sealed class SealedFollower(EventStore ledger, Rooms rooms, SwarmLinks links, TimeProvider time, ILogger<SealedFollower> logger) : LogFollower(ledger, "segments/", time, logger)
{
    protected override ValueTask HearAsync(StoredEvent heard, CancellationToken cancel)
    {
        if (links.SealedBy(heard) is { } segment)
        {
            rooms.Sealed(segment);
        }

        return default;
    }
}
