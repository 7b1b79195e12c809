using LiveLedger.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Records;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>A track's init segment in one epoch and key period.</summary>
/// <param name="Epoch">The epoch.</param>
/// <param name="CryptoPeriod">The key period.</param>
/// <param name="InitPeriod">The key period that the init segment was made for and is named by: another one where fragments name their keys.</param>
/// <param name="Description">What the track is.</param>
/// <param name="KeyId">Its key in this period.</param>
/// <param name="Hash">SHA-256 of the init segment.</param>
internal sealed record TrackInit(uint Epoch, ulong CryptoPeriod, ulong InitPeriod, TrackDescription Description, KeyId KeyId, Sha256Hash Hash)
{
    /// <summary>Where its first segment starts on the timeline, in seconds; null while it has none.</summary>
    public double? StartSeconds { get; init; }
}

/// <summary>A track as the origin serves it: what is sealed, in order. One writer (its pipeline), many readers.</summary>
internal sealed class TrackRecording(TrackName name, TrackFiles files)
{
    private readonly Lock _lock = new();
    private readonly List<SealedSegment> _segments = [];
    private readonly List<TrackInit> _inits = [];
    private long _bytes;
    private int _peakBitrate;
    private int _targetDuration;

    public TrackName Name => name;

    public TrackFiles Files => files;

    /// <summary>Record hash of the last segment; zero before the first. The next record carries it.</summary>
    public Sha256Hash Head { get; private set; }

    /// <summary>The latest init segment, or null before the first.</summary>
    public TrackInit? Init
    {
        get
        {
            lock (_lock)
            {
                return _inits is [.., var last] ? last : null;
            }
        }
    }

    /// <summary>Number of sealed segments, which is the next sequence.</summary>
    public uint Count
    {
        get
        {
            lock (_lock)
            {
                return (uint)_segments.Count;
            }
        }
    }

    public SealedSegment? Last
    {
        get
        {
            lock (_lock)
            {
                return _segments is [.., var last] ? last : null;
            }
        }
    }

    /// <summary>Delivered bytes in all.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock)
            {
                return _bytes;
            }
        }
    }

    /// <summary>End of the last segment in seconds on the broadcast's timeline; 0 if there is none.</summary>
    public double EndSeconds
    {
        get
        {
            lock (_lock)
            {
                return _segments is [.., var last] ? last.EndSeconds : 0;
            }
        }
    }

    public void Add(TrackInit init)
    {
        lock (_lock)
        {
            _inits.Add(init);
        }
    }

    public void Add(SignedRecord record)
    {
        var r = record.Record;
        lock (_lock)
        {
            if (r.Sequence != _segments.Count)
            {
                throw new InvalidDataException($"track {name}: record {r.Sequence} cannot follow {_segments.Count} records");
            }

            if (_inits.FindLastIndex(i => i.Epoch == r.Epoch && i.CryptoPeriod == r.CryptoPeriod) is >= 0 and var at && _inits[at].StartSeconds is null)
            {
                _inits[at] = _inits[at] with { StartSeconds = r.DecodeTime / (double)r.Timescale };
            }

            _segments.Add(new(r.Epoch, r.CryptoPeriod, r.Sequence, r.DecodeTime, r.Duration, r.Timescale, r.ByteLength, r.SealedAt, r.ChunkRoot));
            _bytes += r.ByteLength;
            var seconds = r.Duration / (double)r.Timescale;
            _targetDuration = Math.Max(_targetDuration, (int)Math.Round(seconds, MidpointRounding.AwayFromZero));
            // RFC 8216 §4.1: the peak is taken over at least half a target duration; a last segment of one key frame is no rate.
            if (seconds >= _targetDuration / 2.0)
            {
                _peakBitrate = (int)Math.Min(int.MaxValue, Math.Max(_peakBitrate, 8.0 * r.ByteLength / seconds));
            }

            Head = record.Hash;
        }
    }

    public bool TryGet(uint sequence, out SealedSegment segment)
    {
        lock (_lock)
        {
            var found = sequence < (uint)_segments.Count;
            segment = found ? _segments[(int)sequence] : default;
            return found;
        }
    }

    public TrackInit? InitOf(uint epoch, ulong cryptoPeriod)
    {
        lock (_lock)
        {
            // From the end: it is the newest that is asked for most, and there are thousands in a long broadcast.
            return _inits.FindLast(i => i.Epoch == epoch && i.CryptoPeriod == cryptoPeriod);
        }
    }

    /// <summary>The first key period of an epoch that the track has segments of; null if it has none.</summary>
    public ulong? FirstPeriodOf(uint epoch)
    {
        lock (_lock)
        {
            return _inits.Find(i => i.Epoch == epoch && i.StartSeconds is not null)?.CryptoPeriod;
        }
    }

    /// <summary>The newest segment with this decode time in an epoch, if there is one among the last few (a publisher that sends one again).</summary>
    public SealedSegment? FindRecent(uint epoch, ulong decodeTime)
    {
        const int SentAgainAtMost = 64;
        lock (_lock)
        {
            for (var i = _segments.Count - 1; i >= Math.Max(0, _segments.Count - SentAgainAtMost); i--)
            {
                if (_segments[i].Epoch == epoch && _segments[i].DecodeTime == decodeTime)
                {
                    return _segments[i];
                }
            }

            return null;
        }
    }

    /// <summary>The segments that end after <paramref name="fromSeconds"/> of the timeline, with what a manifest says of the whole track.</summary>
    public TrackView View(double fromSeconds)
    {
        lock (_lock)
        {
            if (_inits is not [.., var init])
            {
                return new(name, null, [], [], 0, 0, 0);
            }

            var first = _segments.Count;
            double seconds = 0;
            while (first > 0 && _segments[first - 1].EndSeconds > fromSeconds)
            {
                first--;
                seconds += _segments[first].Seconds;
            }

            var window = _segments.GetRange(first, _segments.Count - first);
            var average = seconds > 0 ? (int)Math.Min(int.MaxValue, 8.0 * window.Sum(s => (long)s.ByteLength) / seconds) : 0;
            var firstInit = window.Count == 0 ? _inits.Count : _inits.FindLastIndex(i => i.Epoch == window[0].Epoch && i.CryptoPeriod == window[0].CryptoPeriod);
            return new(name, init, _inits.GetRange(firstInit, _inits.Count - firstInit), window, _peakBitrate, average, _targetDuration);
        }
    }
}

/// <summary>A moment's view of a track. Bit rates are bits a second; the target duration is whole seconds and never shrinks.</summary>
internal sealed record TrackView(
    TrackName Name, TrackInit? Init, IReadOnlyList<TrackInit> Inits, IReadOnlyList<SealedSegment> Segments, int PeakBitrate, int AverageBitrate, int TargetDuration);
