using LiveLedger.Ledger;
using LiveLedger.Messages.V1;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>What the outside is told of a broadcast: its life, not who owns it.</summary>
internal static class BroadcastMessage
{
    /// <summary>The message of an event; null if the outside is told nothing.</summary>
    public static object? Of(StoredEvent stored, LedgerPlace place)
    {
        if (stored.Stream.Value.Split('/') is not ["broadcast", var broadcast])
        {
            return null;
        }

        return BroadcastEventJson.Read(stored.Type, stored.PayloadJson.Span) switch
        {
            Broadcasts.BroadcastCreated created => new Messages.V1.BroadcastCreated(place, broadcast, created.Scheme.ToString().ToLowerInvariant()),
            Broadcasts.BroadcastStarted => new Messages.V1.BroadcastStarted(place, broadcast),
            Broadcasts.BroadcastEnded ended => new Messages.V1.BroadcastEnded(place, broadcast, [.. ended.Tracks.Select(static t => new EndedTrack(t.Track, t.Segments, t.LastRecord))]),
            Broadcasts.BroadcastTakenDown => new Messages.V1.BroadcastTakenDown(place, broadcast),
            Broadcasts.BroadcastRestored => new Messages.V1.BroadcastRestored(place, broadcast),
            _ => null,
        };
    }
}
