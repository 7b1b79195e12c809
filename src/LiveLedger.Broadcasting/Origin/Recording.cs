using System.Collections.Concurrent;
using LiveLedger.Broadcasting.Broadcasts;
using LiveLedger.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Records;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Broadcasting.Origin;

/// <summary>A broadcast on disk, indexed in memory: its timeline and its tracks.</summary>
internal sealed class Recording
{
    /// <summary>Most tracks a broadcast may have.</summary>
    public const int MaxTracks = 16;

    private readonly ConcurrentDictionary<TrackName, TrackRecording> _tracks = new();
    private readonly Lock _refreshing = new();
    private readonly string _directory;

    private Recording(BroadcastId id, string directory)
    {
        Id = id;
        _directory = directory;
        Timeline = new(directory);
    }

    public BroadcastId Id { get; }

    public string Folder => _directory;

    public Timeline Timeline { get; }

    /// <summary>All tracks that have an init segment, by name.</summary>
    public IReadOnlyList<TrackRecording> Tracks => [.. _tracks.Values.Where(t => t.Init is not null).OrderBy(t => t.Name)];

    public TrackRecording? Find(TrackName name) => _tracks.GetValueOrDefault(name);

    /// <summary>The track with this name; a new one is not part of the recording until it is added.</summary>
    public TrackRecording FindOrNew(TrackName name) => Find(name) ?? new(name, new(Path.Combine(_directory, name.Value)));

    /// <summary>Takes a track in, with its first init segment on disk.</summary>
    public void Add(TrackRecording track) => _tracks[track.Name] = track;

    /// <summary>Farthest end of any track, seconds.</summary>
    public double EndSeconds => _tracks.Values.Select(t => t.EndSeconds).DefaultIfEmpty().Max();

    /// <summary>When the newest segment of any track was sealed; null before the first.</summary>
    public DateTimeOffset? LastSealedAt => Tracks.Select(static t => t.Last?.SealedAt).Max();

    /// <summary>True if what a broadcast ended with is here to its end, and not only as far as another process had come when this was read.</summary>
    public bool HoldsAllOf(IReadOnlyList<TrackTotal> totals) =>
        totals.All(t => TrackName.TryParse(t.Track, out var name) && (Find(name)?.Count ?? 0) == t.Segments);

    /// <summary>The key period an epoch begins in; 0 for one without segments.</summary>
    public ulong FirstPeriodOf(uint epoch) => Tracks.Select(t => t.FirstPeriodOf(epoch)).Min() ?? 0;

    /// <summary>Reads a broadcast's folder to serve from it. Another process may be writing there: nothing is changed.</summary>
    /// <exception cref="InvalidDataException">A stored file is damaged. The message names it.</exception>
    public static Recording OpenToRead(BroadcastId id, string root)
    {
        var recording = new Recording(id, Path.Combine(root, id.ToString()));
        recording.Refresh();
        return recording;
    }

    /// <summary>Reads a broadcast's folder to write on, and finishes what a crash interrupted; made if it is new. The caller holds <see cref="RecordingLock"/>.</summary>
    /// <exception cref="InvalidDataException">A stored file is damaged. The message names it.</exception>
    public static Recording OpenToWrite(BroadcastId id, string root)
    {
        var directory = Path.Combine(root, id.ToString());
        Directory.CreateDirectory(directory);
        DirectorySync.Flush(root);
        var recording = new Recording(id, directory);
        foreach (var track in recording.FindTracks())
        {
            while (track.Files.ReadRecord(track.Count) is { } record || Retry(track, out record))
            {
                RequireInit(track, record.Record);
                track.Add(record);
            }

            // What a crash left behind the last segment: the next one goes on with it.
            foreach (var (epoch, period) in track.Files.Inits().Where(i => track.Init is not { } last || i.CompareTo((last.Epoch, last.CryptoPeriod)) > 0))
            {
                AddInit(track, epoch, period);
            }

            track.Files.Settle(track.Count);
            recording.Add(track);
        }

        return recording;
    }

    /// <summary>Takes up what another process has sealed since.</summary>
    /// <exception cref="InvalidDataException">A stored file is damaged.</exception>
    public void Refresh()
    {
        lock (_refreshing)
        {
            if (Timeline.AvailabilityStart is null)
            {
                Timeline.Reload();
            }

            foreach (var track in FindTracks())
            {
                while (track.Files.ReadRecord(track.Count) is { } record)
                {
                    if (record.Record.Epoch >= Timeline.Epochs.Count)
                    {
                        Timeline.Reload();
                    }

                    RequireInit(track, record.Record);
                    track.Add(record);
                }

                if (track.Init is not null)
                {
                    Add(track);
                }
            }
        }
    }

    private IEnumerable<TrackRecording> FindTracks()
    {
        foreach (var folder in Directory.Exists(_directory) ? Directory.EnumerateDirectories(_directory) : [])
        {
            if (TrackName.TryParse(Path.GetFileName(folder), out var name))
            {
                yield return FindOrNew(name);
            }
        }
    }

    // Init segments are durable before a record names them.
    private static void RequireInit(TrackRecording track, SegmentRecord record)
    {
        var (epoch, period) = (record.Epoch, record.CryptoPeriod);
        if (track.InitOf(epoch, period) is not null)
        {
            return;
        }

        if (File.Exists(track.Files.InitPath(epoch, period)))
        {
            AddInit(track, epoch, period);
            return;
        }

        // Keys in band: the epoch's one init segment, named by the period it was made in, which a crash may have left without segments.
        if (track.Init?.Epoch != epoch)
        {
            AddInit(track, epoch, track.Files.Inits().Where(i => i.Epoch == epoch).Select(static i => i.CryptoPeriod).DefaultIfEmpty(period).First());
        }

        if (track.Init!.Hash != record.InitHash)
        {
            throw new InvalidDataException($"{track.Files.InitPath(epoch, period)} is gone, a record over it is not");
        }

        track.Add(track.Init with { CryptoPeriod = period, KeyId = record.KeyId, StartSeconds = null });
    }

    private static void AddInit(TrackRecording track, uint epoch, ulong period)
    {
        var path = track.Files.InitPath(epoch, period);
        var init = File.ReadAllBytes(path);
        var description = track.Init is { } last && last.Epoch == epoch ? last.Description : DescriptionOf(track, epoch);
        track.Add(new TrackInit(epoch, period, period, description, KeyIdOf(init, path), Sha256Hash.Of(init)));
    }

    private static TrackDescription DescriptionOf(TrackRecording track, uint epoch) =>
        InitProbe.TryDescribe(File.ReadAllBytes(track.Files.SourceInitPath(epoch)), out var description, out var fault)
            ? description
            : throw new InvalidDataException($"{track.Files.SourceInitPath(epoch)} is damaged: {fault}");

    private static bool Retry(TrackRecording track, out SignedRecord record)
    {
        record = track.Files.Recover(track.Count) ? track.Files.ReadRecord(track.Count)! : null!;
        return record is not null;
    }

    private static KeyId KeyIdOf(ReadOnlySpan<byte> init, string path) =>
        DeliveredInit.TryReadKeyId(init, out var id) ? id : throw new InvalidDataException($"{path} is damaged: no tenc box");
}
