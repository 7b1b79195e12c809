using LiveLedger.Ledger;
using LiveLedger.Licensing.Playbacks;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>Hears what any process did to an entitlement or to a playback of it, so that what is over plays nowhere.</summary>
internal sealed class ChangeFollower(EventStore ledger, EntitlementBook book, OpenPlaybacks playbacks, TimeProvider time, ILogger<ChangeFollower> logger)
    : LogFollower(ledger, EntitlementEvents.Prefix, time, logger)
{
    protected override ValueTask HearAsync(StoredEvent heard, CancellationToken cancel)
    {
        switch (heard.Type)
        {
            case CountedEvents.DroppedType:
                var dropped = CountedEvents.ReadDropped(heard);
                Find(dropped.Playback)?.Drop(dropped.At);
                break;
            case CountedEvents.ClosedType when Find(CountedEvents.ReadClosed(heard).Playback) is { } closed:
                playbacks.Close(closed);
                break;
            case var type when !CountedEvents.Is(type) && EntitlementEvents.TryReadStream(heard.Stream, out var id):
                book.Heard(id, heard);
                break;
        }

        return default;
    }

    private Playback? Find(string playback) => PlaybackId.TryParse(playback, out var id) ? playbacks.Find(id) : null;
}
