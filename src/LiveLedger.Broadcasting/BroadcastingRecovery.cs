using LiveLedger.Broadcasting.Broadcasts;
using LiveLedger.Broadcasting.Logging;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Media;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Broadcasting;

/// <summary>Takes up, at start, the broadcasts that were live when the process before this one ended, before the first request is answered.</summary>
internal sealed partial class BroadcastingRecovery(
    BroadcastBook book, LivePipelines pipelines, Recordings recordings, Withheld withheld, SegmentLog log, ILogger<BroadcastingRecovery> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var id in await book.ListTakenDownAsync(cancellationToken))
        {
            withheld.Add(id);
        }

        foreach (var id in await book.ListOpenAsync(cancellationToken))
        {
            // Reading it also keeps it in memory: from here on, publishers and players do not need the database.
            if (await book.FindAsync(id, cancellationToken) is not { State: BroadcastState.Live } broadcast)
            {
                continue;
            }

            try
            {
                if (recordings.TryTake(id) is not { } recording)
                {
                    Elsewhere(logger, id);
                    continue;
                }

                await RequireCompleteAsync(recording, cancellationToken);
                pipelines.TryOpen(broadcast);
                if (withheld.Has(id) && pipelines.Find(id) is { } live)
                {
                    // What was sealed and not logged is logged; nothing new comes in until it is restored.
                    await live.CloseAsync();
                }
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                // This one broadcast takes no segments until a person has looked; the others go on.
                Damaged(logger, id, e.Message);
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task RequireCompleteAsync(Recording recording, CancellationToken cancellation)
    {
        foreach (var track in recording.Tracks)
        {
            if (await log.IsAheadOfAsync(recording.Id, track, cancellation))
            {
                throw new InvalidDataException($"track {track.Name} has lost segments that are in the ledger; restore its folder from a newer copy, or end the broadcast");
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "broadcast {Broadcast} is another server's")]
    private static partial void Elsewhere(ILogger logger, BroadcastId broadcast);

    [LoggerMessage(Level = LogLevel.Critical, Message = "broadcast {Broadcast} is not taken up: {Reason}")]
    private static partial void Damaged(ILogger logger, BroadcastId broadcast, string reason);
}
