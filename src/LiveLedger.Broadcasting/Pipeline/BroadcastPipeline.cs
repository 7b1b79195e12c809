using System.Collections.Concurrent;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>What a broadcast's records are signed with, and until when the broadcaster stands for it.</summary>
internal sealed record Signer(Ed25519PrivateKey SessionKey, DateTimeOffset NotAfter);

/// <summary>A live broadcast's writing half: its tracks' pipelines on one timeline, under one session key.</summary>
internal sealed class BroadcastPipeline(
    Recording recording, ProtectionScheme scheme, KeyPeriodLength keyPeriod, KeySignalling signalling, Signer signer, BroadcastingLinks links, TimeProvider time,
    Action<TrackRecording> segmentSealed) : IDisposable
{
    /// <summary>A track that is added while the broadcast runs has the others' clock if it begins within this many seconds of their end.</summary>
    private const double SameClockSeconds = 20;

    private readonly ConcurrentDictionary<TrackName, TrackPipeline> _tracks = new();
    private readonly Lock _lock = new();
    private readonly PublisherRuns _runs = new();
    private readonly KeyedPackagers _packagers = new(recording.Id, scheme, keyPeriod, signalling, links);
    private readonly IvLeases _ivs = new(recording.Folder, isNew: recording.Tracks.Count == 0);
    private volatile bool _closed;

    public BroadcastId Id => recording.Id;

    public Recording Recording => recording;

    public Ed25519PrivateKey SessionKey => signer.SessionKey;

    public DateTimeOffset SignerNotAfter => signer.NotAfter;

    /// <summary>True while no segment is let in.</summary>
    public bool IsClosed => _closed;

    /// <summary>The time, cut to the milliseconds a record carries.</summary>
    public DateTimeOffset Now => DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>The pipeline of a track. A new one becomes part of the broadcast with its first good init segment.</summary>
    public TrackPipeline Track(TrackName name)
    {
        lock (_lock)
        {
            if (_tracks.TryGetValue(name, out var known))
            {
                return known;
            }

            var pipeline = new TrackPipeline(this, recording.FindOrNew(name), time);
            return recording.Find(name) is null ? pipeline : _tracks[name] = pipeline;
        }
    }

    /// <summary>Takes a track in that has sent a good init segment; a refusal if the broadcast has its full number.</summary>
    public Refusal? Register(TrackPipeline track)
    {
        lock (_lock)
        {
            if (!_tracks.ContainsKey(track.Track.Name) && _tracks.Keys.Union(recording.Tracks.Select(t => t.Name)).Count() >= Recording.MaxTracks)
            {
                return Refusals.TooManyTracks;
            }

            // Two first inits of one name at once: the second one comes again and finds the first.
            return _tracks.GetOrAdd(track.Track.Name, track) == track ? null : Refusals.OutOfOrder(track.Track.Name);
        }
    }

    public int RunOf(TrackName track)
    {
        lock (_lock)
        {
            return _runs.RunOf(track, Now);
        }
    }

    /// <summary>An init segment came again and its publisher goes on: what else comes in that run belongs to the same epoch.</summary>
    public void WentOn(int run, uint epoch)
    {
        lock (_lock)
        {
            _runs.Opened(run, epoch);
        }
    }

    public void Sealed(TrackRecording track) => segmentSealed(track);

    /// <summary>Takes up a track where the process before this one left it; null if it has no init segment.</summary>
    public RunningEpoch? Resume(TrackRecording track)
    {
        if (track.Init is not { } init)
        {
            return null;
        }

        var source = File.ReadAllBytes(track.Files.SourceInitPath(init.Epoch));
        return _packagers.TryOpen(source, track.Name, init.Epoch, init.CryptoPeriod, out var packager) is null
            ? new(source, packager!, init, recording.Timeline.Epochs[(int)init.Epoch].OffsetSeconds, _ivs.Take)
            : throw new InvalidDataException($"the stored init segment of track {track.Name} can no longer be packaged for");
    }

    /// <summary>Opens a packager to look at segments of a run that has no epoch yet. Nothing is encrypted with it.</summary>
    public Refusal? TryProbe(byte[] source, TrackRecording track, out RunningEpoch? candidate)
    {
        candidate = null;
        if (_packagers.TryOpen(source, track.Name, uint.MaxValue, 0, out var packager) is { } refusal)
        {
            return refusal;
        }

        var sent = packager!.Description;
        if (track.Init?.Description is { } known && (known.Class != sent.Class || known.Timescale != sent.Timescale))
        {
            packager.Dispose();
            return known.Class != sent.Class
                ? new(400, "track-changed-kind", $"Track {track.Name} is {known.Class}; send {sent.Class} on a path of its own.")
                : new(400, "track-changed-timescale", $"Track {track.Name} counts {known.Timescale} ticks a second, not {sent.Timescale}; keep the frame rate, or send it on a path of its own.");
        }

        candidate = new(source, packager, new(uint.MaxValue, 0, 0, sent, packager.KeyId, default), 0, static () => throw new InvalidOperationException("a probe encrypts nothing"));
        return null;
    }

    /// <summary>Puts a track into the epoch of its publisher's run, opening it if this is the run's first track.</summary>
    /// <returns>A refusal if the segment cannot lie there.</returns>
    public Refusal? TryOpenEpoch(TrackRecording track, PendingInit init, in SourceSegment first, out RunningEpoch? running)
    {
        running = null;
        var timescale = (init.Probe?.Packager.Description ?? track.Init!.Description).Timescale;
        var epoch = EpochFor(track, init.Run, first, timescale);
        var period = _packagers.PeriodOf(first.DecodeTime + epoch.OffsetSeconds * timescale, timescale);
        if (_packagers.TryOpen(init.Source, track.Name, epoch.Number, period, out var packager) is { } refusal)
        {
            return refusal;
        }

        // Taken from the packager, so that what is stored is what is served.
        var delivered = new TrackInit(epoch.Number, period, period, packager!.Description, packager.KeyId, Sha256Hash.Of(packager.Init.Span));
        running = new(init.Source, packager, delivered, epoch.OffsetSeconds, _ivs.Take);
        if (!Placement.Follows(track, first, running) || Placement.IsTooFarAhead(track, first, running, Now))
        {
            packager.Dispose();
            running = null;
            return Refusals.OutOfOrder(track.Name);
        }

        // Durable before a sample is encrypted under this init segment's key id and IV.
        track.Files.SaveInit(epoch.Number, period, init.Source, packager.Init.Span);
        track.Add(delivered);
        recording.Add(track);
        return null;
    }

    /// <summary>The running epoch in the key period of a segment that goes on with it: under the next key, with an init segment of its own, if that has changed.</summary>
    public RunningEpoch InPeriodOf(TrackRecording track, RunningEpoch running, in SourceSegment segment)
    {
        var (epoch, description) = (running.Init.Epoch, running.Packager.Description);
        var period = _packagers.PeriodOf(segment.DecodeTime + running.OffsetTicks, description.Timescale);
        if (period == running.Init.CryptoPeriod)
        {
            return running;
        }

        if (_packagers.TryOpen(running.Source, track.Name, epoch, period, out var packager) is { } refusal)
        {
            throw new InvalidDataException($"the init segment of track {track.Name} was good for a period and is not for the next: {refusal.Detail}");
        }

        var delivered = track.InitOf(epoch, period);
        if (delivered is null && _packagers.InitPeriodOf(period, running.Init.InitPeriod) != period)
        {
            // Keys in band: the epoch's init segment serves on, and what the packager would begin an epoch with is not delivered.
            delivered = running.Init with { CryptoPeriod = period, KeyId = packager!.KeyId, StartSeconds = null };
            track.Add(delivered);
        }
        else if (delivered is null)
        {
            delivered = new(epoch, period, period, description, packager!.KeyId, Sha256Hash.Of(packager.Init.Span));
            // Durable before a sample is encrypted under its key. A crash from here on leaves an init segment without segments, which manifests
            // leave out; the next segment finds it and does not write it again, for a record may be signed over its hash.
            track.Files.SaveInit(epoch, period, packager.Init.Span);
            track.Add(delivered);
        }

        running.Dispose();
        return new(running.Source, packager!, delivered, recording.Timeline.Epochs[(int)epoch].OffsetSeconds, _ivs.Take);
    }

    /// <summary>Lets no segment in any more, and waits for those being sealed.</summary>
    public async Task CloseAsync()
    {
        lock (_lock)
        {
            _closed = true;
        }

        foreach (var track in _tracks.Values)
        {
            await track.DrainAsync();
        }
    }

    /// <summary>Lets segments in again.</summary>
    public void Reopen() => _closed = false;

    /// <summary>A publisher's connection has ended: what it held is free.</summary>
    public void Release(string connection)
    {
        foreach (var track in _tracks.Values)
        {
            track.Release(connection);
        }
    }

    public void Dispose()
    {
        _closed = true;
        foreach (var track in _tracks.Values)
        {
            track.Dispose();
        }

        signer.SessionKey.Dispose();
    }

    private Epoch EpochFor(TrackRecording track, int run, in SourceSegment first, uint timescale)
    {
        lock (_lock)
        {
            var start = first.DecodeTime / (double)timescale;
            var epochs = recording.Timeline.Epochs;
            Epoch epoch;
            if (_runs.EpochOf(run) is { } opened && opened != track.Init?.Epoch)
            {
                epoch = epochs[(int)opened];
            }
            else if (track.Init is null && epochs is [.., var newest] && Math.Abs(newest.OffsetSeconds + start - recording.EndSeconds) < SameClockSeconds)
            {
                epoch = newest;
            }
            else
            {
                epoch = recording.Timeline.Open(start, start + first.Duration / (double)timescale, recording.EndSeconds, Now);
            }

            _runs.Opened(run, epoch.Number);
            return epoch;
        }
    }
}
