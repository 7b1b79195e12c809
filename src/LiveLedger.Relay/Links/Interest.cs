using System.Collections.Concurrent;
using LiveLedger.Media;
using LiveLedger.Peering.Messages;
using LiveLedger.Relay.Broadcasts;

namespace LiveLedger.Relay.Links;

/// <summary>Which tracks somebody near plays now: these alone are fetched ahead of being asked for.</summary>
internal sealed class Interest(BroadcastBook book, TimeProvider time)
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<TrackName, long> _at = new();

    /// <summary>True once a track was named that has no name here.</summary>
    public bool HasUnknown { get; set; }

    public IEnumerable<TrackName> Tracks => _at.Where(t => time.GetElapsedTime(t.Value) < Life).Select(static t => t.Key);

    public void Note(TrackTag tag)
    {
        if (book.TryGetTrack(tag, out var track))
        {
            _at[track.Value] = time.GetTimestamp();
        }
        else
        {
            HasUnknown = true;
        }
    }
}
