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
                foreach (var file in await spool.FinishedAsync(stoppingToken))
                {
                    await DeliverAsync(file, stoppingToken);
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

    private async Task DeliverAsync(string file, CancellationToken cancel)
    {
        var text = await File.ReadAllTextAsync(file, cancel);
        // What follows the last line feed was torn by a crash, before its answer went out.
        var lines = text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var events = new List<SpooledEvent>(lines.Length);
        foreach (var line in lines)
        {
            if (SpooledEvent.TryParse(line, out var spooled))
            {
                events.Add(spooled);
            }
            else
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
