using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Messages;
using LiveLedger.Relay.Objects;

namespace LiveLedger.Relay.Links;

/// <summary>What peers are told of: the newest segments of each track that were checked here. One that has left the caches since is fetched again for who asks.</summary>
internal sealed class Holdings
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TrackName, SortedDictionary<uint, HeldSegment>> _tracks = [];

    /// <summary>Takes a segment in; the message that says so.</summary>
    public byte[] Add(RelayObject segment)
    {
        var record = segment.Record!.Record;
        var held = new HeldSegment(
            new(TrackTag.Of(record.Broadcast, record.Track), record.Epoch, record.Sequence), ChunkTree.CountFor(record.ByteLength), Holding.All, ReadOnlyMemory<byte>.Empty);
        lock (_lock)
        {
            if (!_tracks.TryGetValue(record.Track, out var track))
            {
                _tracks[record.Track] = track = [];
            }

            track[record.Sequence] = held;
            if (track.Count > Have.MaxSegments)
            {
                track.Remove(track.Keys.First());
            }
        }

        return Have.ToMessage([held]);
    }

    /// <summary>The messages that say all of it to a peer that may have these tracks; null for all.</summary>
    public IReadOnlyList<byte[]> Messages(IReadOnlyList<TrackName>? tracks)
    {
        lock (_lock)
        {
            return [.. _tracks.Where(t => tracks is null || tracks.Contains(t.Key)).Select(static t => Have.ToMessage([.. t.Value.Values]))];
        }
    }
}
