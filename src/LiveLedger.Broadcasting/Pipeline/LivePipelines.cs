using System.Collections.Concurrent;
using LiveLedger.Broadcasting.Broadcasts;
using LiveLedger.Broadcasting.Logging;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Signing;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>The broadcasts that take segments now.</summary>
internal sealed partial class LivePipelines(
    Recordings recordings, SessionKeys keys, SegmentLog log, BroadcastingLinks links, TimeProvider time, ILogger<LivePipelines> logger) : IDisposable
{
    private readonly ConcurrentDictionary<BroadcastId, BroadcastPipeline> _live = new();
    private readonly ConcurrentDictionary<BroadcastId, IngestRefusal> _refusals = new();

    /// <summary>The pipeline of a live broadcast; null for one that is not live.</summary>
    public BroadcastPipeline? Find(BroadcastId id) => _live.GetValueOrDefault(id);

    /// <summary>Lets publishers in. Also after a restart: finds what is on disk and goes on from there.</summary>
    /// <returns>False if another process has the broadcast.</returns>
    /// <exception cref="InvalidDataException">What is on disk is damaged.</exception>
    public bool TryOpen(Broadcast broadcast)
    {
        if (_live.TryGetValue(broadcast.Id, out var known))
        {
            known.Reopen();
            return true;
        }

        if (recordings.TryTake(broadcast.Id) is not { } recording)
        {
            return false;
        }

        var signer = new Signer(keys.Open(broadcast.Id), broadcast.Signer?.NotAfter ?? DateTimeOffset.MinValue);
        _live[broadcast.Id] = new(recording, broadcast.Scheme, broadcast.KeyPeriod, broadcast.KeySignalling, signer, links, time, track => Sealed(broadcast.Id, track));
        foreach (var track in recording.Tracks)
        {
            // What the process before this one sealed and did not log.
            log.Sealed(broadcast.Id, track);
        }

        Opened(logger, broadcast.Id, recording.Tracks.Count);
        return true;
    }

    /// <summary>Lets go of a broadcast that has ended.</summary>
    public void Remove(BroadcastId id)
    {
        if (_live.TryRemove(id, out var pipeline))
        {
            pipeline.Dispose();
        }
    }

    /// <summary>The last segment or request of a publisher that was refused: encoders push on silently, so the status shows it.</summary>
    public IngestRefusal? LastRefusal(BroadcastId id) => _refusals.GetValueOrDefault(id);

    public void Refused(BroadcastId id, Refusal refusal)
    {
        if (_live.ContainsKey(id) || recordings.Knows(id))
        {
            _refusals[id] = new(time.GetUtcNow(), refusal.Code, refusal.Detail);
        }

        RefusedIngest(logger, id, refusal.Status, refusal.Code);
    }

    private void Sealed(BroadcastId broadcast, TrackRecording track)
    {
        log.Sealed(broadcast, track);
        if (track.Last is { } last)
        {
            links.SegmentSealed(broadcast, track.Name, last.Epoch, last.Sequence, last.ByteLength);
        }
    }

    public void Dispose()
    {
        foreach (var pipeline in _live.Values)
        {
            pipeline.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "broadcast {Broadcast} takes segments; {Tracks} tracks on disk")]
    private static partial void Opened(ILogger logger, BroadcastId broadcast, int tracks);

    [LoggerMessage(Level = LogLevel.Warning, Message = "ingest of {Broadcast} refused: {Status} {Code}")]
    private static partial void RefusedIngest(ILogger logger, BroadcastId broadcast, int status, string code);
}

/// <summary>What a publisher was refused, and when.</summary>
internal sealed record IngestRefusal(DateTimeOffset At, string Code, string Detail);
