using LiveLedger.Ledger;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Licensing.Playbacks;

/// <summary>Brings spooled decisions into the ledger, each once: an event keeps its id, and the ledger takes an id once.</summary>
internal sealed partial class SpoolDelivery(PlaybackSpool spool, EventStore ledger, TimeProvider time, ILogger<SpoolDelivery> logger) : BackgroundService
{
    private const int AtOnce = 8;

    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var away = false;
        while (true)
        {
            try
            {
                var files = await spool.FinishedAsync(stoppingToken);
                // Before all that waits since an outage the leases, the last ones first: without them other processes take what plays here for closed.
                // So they may come into their streams in another order; of leases the latest counts, whatever comes after it.
                foreach (var file in files.Reverse())
                {
                    await DeliverAsync(file, leases: true, stoppingToken);
                }

                foreach (var file in files)
                {
                    await DeliverAsync(file, leases: false, stoppingToken);
                    // A crash before this line delivers the file again, which adds nothing.
                    File.Delete(file);
                }

                away = false;
            }
            catch (LedgerUnavailableException e)
            {
                if (!away)
                {
                    Away(logger, e.Message);
                }

                away = true;
            }
            catch (Exception e) when (e is not OperationCanceledException and not System.Threading.Channels.ChannelClosedException)
            {
                Failed(logger, e);
            }

            await Task.Delay(s_pause, time, stoppingToken);
        }
    }

    private async Task DeliverAsync(string file, bool leases, CancellationToken cancel)
    {
        var text = await File.ReadAllTextAsync(file, cancel);
        // What follows the last line feed was torn by a crash, before its answer went out.
        var lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var events = new List<SpooledEvent>(lines.Length);
        foreach (var line in lines)
        {
            // Mostly there is one file, and few of its lines are leases: they need not be parsed twice to find out.
            if (leases && !line.Contains("\"playback-", StringComparison.Ordinal))
            {
                continue;
            }

            if (SpooledEvent.TryParse(line, out var spooled))
            {
                if (CountedEvents.Is(spooled.Event.Type) == leases)
                {
                    events.Add(spooled);
                }
            }
            else if (!leases)
            {
                Damaged(logger, file);
            }
        }

        // Streams side by side, each in its order: one at a time would be as many a second as the database has round trips.
        await Parallel.ForEachAsync(events.GroupBy(static e => e.Stream), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel }, async (stream, each) =>
        {
            foreach (var part in stream.Select(static s => s.Event).Chunk(EventStore.MaxEvents))
            {
                await ledger.AppendAsync(stream.Key, ExpectedVersion.Any, part, each);
            }
        });
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "licence decisions wait in the spool for the ledger: {Reason}")]
    private static partial void Away(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "a line of {File} cannot be read and is left out")]
    private static partial void Damaged(ILogger logger, string file);

    [LoggerMessage(Level = LogLevel.Error, Message = "the licence spool cannot be delivered")]
    private static partial void Failed(ILogger logger, Exception exception);
}
