using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Ledger;
using LiveLedger.Media;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>Hears what any process did to a broadcast, so that none serves a state that is over: above all one that was taken down.</summary>
internal sealed class BroadcastFollower(
    EventStore ledger, BroadcastBook book, Withheld withheld, LivePipelines pipelines, TimeProvider time, ILogger<BroadcastFollower> logger)
    : LogFollower(ledger, BroadcastTables.Prefix, time, logger)
{
    protected override async ValueTask HearAsync(StoredEvent heard, CancellationToken cancel)
    {
        if (!BroadcastId.TryParse(heard.Stream.Value[BroadcastTables.Prefix.Length..], out var id))
        {
            return;
        }

        book.Heard(id, heard.Version);
        switch (BroadcastEventJson.Read(heard.Type, heard.PayloadJson.Span))
        {
            case BroadcastTakenDown:
                withheld.Add(id);
                if (pipelines.Find(id) is { } live)
                {
                    await live.CloseAsync();
                }

                break;
            case BroadcastRestored:
                withheld.Remove(id);
                if (pipelines.Find(id) is not null && await book.FindAsync(id, cancel) is { Phase: BroadcastPhase.Live } broadcast)
                {
                    pipelines.TryOpen(broadcast);
                }

                break;
        }
    }
}
