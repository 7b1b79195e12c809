using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Records;
using LiveLedger.Peering.Messages;
using LiveLedger.Relay.Objects;

namespace LiveLedger.Relay.Broadcasts;

/// <summary>What is known of the broadcast from its verified records: its tracks, how far they have come, and the hashes of their init segments.</summary>
internal sealed class BroadcastBook(BroadcastId broadcast)
{
    private readonly ConcurrentDictionary<ObjectName, Sha256Hash> _hashes = new();
    private readonly ConcurrentDictionary<Sha256Hash, ObjectName> _names = new();
    // A track's name may come from a manifest, too: it leads to questions about records and to nothing else.
    private const int MaxTracks = 64;

    private readonly ConcurrentDictionary<TrackTag, TrackName> _tracks = new();
    private readonly ConcurrentDictionary<TrackName, uint> _newest = new();

    /// <summary>Takes in a record that was verified.</summary>
    public void Note(SegmentRecord record)
    {
        var name = ObjectName.Init(broadcast, record.Track, record.Epoch, record.CryptoPeriod);
        if (_hashes.TryAdd(name, record.InitHash))
        {
            _names[record.InitHash] = name;
            _tracks[TrackTag.Of(broadcast, record.Track)] = record.Track;
        }

        _newest.AddOrUpdate(record.Track, record.Sequence, (_, before) => Math.Max(before, record.Sequence));
    }

    /// <summary>The hash of an init segment, where a record was seen that states it.</summary>
    public bool TryGetHash(ObjectName init, out Sha256Hash hash) => _hashes.TryGetValue(init, out hash);

    /// <summary>An init segment by its hash.</summary>
    public bool TryGetName(Sha256Hash hash, out ObjectName init) => _names.TryGetValue(hash, out init);

    /// <summary>Takes in the name of a track.</summary>
    public void Note(TrackName track)
    {
        if (_tracks.Count < MaxTracks)
        {
            _tracks[TrackTag.Of(broadcast, track)] = track;
        }
    }

    /// <summary>The newest segment of a track that a record was seen of.</summary>
    public uint? NewestOf(TrackName track) => _newest.TryGetValue(track, out var sequence) ? sequence : null;

    /// <summary>A track by its tag.</summary>
    public bool TryGetTrack(TrackTag tag, [NotNullWhen(true)] out TrackName? track)
    {
        var known = _tracks.TryGetValue(tag, out var name);
        track = known ? name : null;
        return known;
    }
}
