using System.Collections.Concurrent;
using System.Threading.Channels;
using LiveLedger.Broadcasting.Origin;
using LiveLedger.Ledger;
using LiveLedger.Media;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Broadcasting.Logging;

/// <summary>
/// Brings every sealed segment into the ledger, once. The records on disk are the spool: the stream never waits for the
/// database, and what was sealed while it was away is appended when it is back.
/// </summary>
/// <remarks>
/// Once, because a segment's event has the stream version of its sequence: a second append of the same sequence is a wrong
/// version, whoever tries it and whatever happened to the answer of the first.
/// </remarks>
internal sealed partial class SegmentLog(EventStore ledger, ILogger<SegmentLog> logger) : BackgroundService
{
    private const int BatchSize = 64;
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<(BroadcastId Broadcast, TrackName Track), Spool> _spools = new();
    private readonly Channel<Spool> _waiting = Channel.CreateUnbounded<Spool>(new() { SingleReader = true });

    /// <summary>Says that a track has segments that may not be logged yet. Never waits.</summary>
    public void Sealed(BroadcastId broadcast, TrackRecording track) =>
        Wake(_spools.GetOrAdd((broadcast, track.Name), static (key, t) => new(key.Broadcast, t), track));

    /// <summary>Segments of a track that are in the ledger, as far as this process knows.</summary>
    public uint Logged(BroadcastId broadcast, TrackName track) =>
        _spools.TryGetValue((broadcast, track), out var spool) ? spool.Logged ?? 0 : 0;

    /// <summary>Waits until everything sealed in a broadcast is in the ledger; false when <paramref name="patience"/> runs out.</summary>
    public async Task<bool> DrainAsync(BroadcastId broadcast, TimeSpan patience, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(patience);
        try
        {
            foreach (var spool in _spools.Values.Where(s => s.Broadcast == broadcast))
            {
                while (spool.Logged is not { } logged || logged < spool.Track.Count)
                {
                    Wake(spool);
                    await Task.Delay(20, limit.Token);
                }
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>True if the ledger holds segments of a track that the disk has lost: going on would sign their slots a second time.</summary>
    public async Task<bool> IsAheadOfAsync(BroadcastId broadcast, TrackRecording track, CancellationToken cancellation) =>
        await CountAsync(StreamOf(broadcast, track.Name), cancellation) > track.Count;

    /// <summary>Forgets an ended broadcast.</summary>
    public void Forget(BroadcastId broadcast)
    {
        foreach (var key in _spools.Keys.Where(k => k.Broadcast == broadcast))
        {
            _spools.TryRemove(key, out _);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var spool in _waiting.Reader.ReadAllAsync(stoppingToken))
        {
            Interlocked.Exchange(ref spool.Queued, 0);
            try
            {
                await CatchUpAsync(spool, stoppingToken);
            }
            catch (LedgerUnavailableException e)
            {
                Away(logger, spool.Broadcast, spool.Track.Name, e.Message);
                await Task.Delay(RetryAfter, stoppingToken);
                Wake(spool);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Failed(logger, spool.Broadcast, spool.Track.Name, e);
                await Task.Delay(RetryAfter, stoppingToken);
                Wake(spool);
            }
        }
    }

    private void Wake(Spool spool)
    {
        if (Interlocked.Exchange(ref spool.Queued, 1) == 0)
        {
            _waiting.Writer.TryWrite(spool);
        }
    }

    private async Task CatchUpAsync(Spool spool, CancellationToken cancellation)
    {
        var stream = StreamOf(spool.Broadcast, spool.Track.Name);
        // The ledger itself says how far it is, after a start and after every doubt.
        var logged = spool.Logged ??= await CountAsync(stream, cancellation);
        while (logged < spool.Track.Count)
        {
            var events = Batch(spool, logged);
            var expected = ExpectedVersion.Exactly((long)logged - 1);
            try
            {
                if (!(await ledger.AppendAsync(stream, expected, events, cancellation)).IsStored)
                {
                    // Somebody (an append of ours whose answer was lost) was here: look where the stream stands.
                    logged = (spool.Logged = await CountAsync(stream, cancellation)).Value;
                    continue;
                }
            }
            catch (LedgerUnavailableException)
            {
                spool.Logged = null;
                throw;
            }

            spool.Logged = logged += (uint)events.Count;
        }
    }

    private async Task<uint> CountAsync(StreamName stream, CancellationToken cancellation) =>
        checked((uint)(await ledger.StreamVersionAsync(stream, cancellation) + 1));

    private static StreamName StreamOf(BroadcastId broadcast, TrackName track) => new($"segments/{broadcast}/{track}");

    private static List<NewEvent> Batch(Spool spool, uint from)
    {
        var events = new List<NewEvent>();
        for (var sequence = from; sequence < spool.Track.Count && events.Count < BatchSize; sequence++)
        {
            var record = spool.Track.Files.ReadRecord(sequence)
                ?? throw new InvalidDataException($"{spool.Track.Files.RecordPath(sequence)} is gone");
            events.Add(SegmentEvent.Of(record));
        }

        return events;
    }

    /// <summary>A track on its way into the ledger.</summary>
    private sealed class Spool(BroadcastId broadcast, TrackRecording track)
    {
        public int Queued;

        public BroadcastId Broadcast => broadcast;

        public TrackRecording Track => track;

        /// <summary>Segments known to be in the ledger; null if it must be asked.</summary>
        public uint? Logged { get; set; }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "segments of {Broadcast}/{Track} wait for the ledger: {Reason}")]
    private static partial void Away(ILogger logger, BroadcastId broadcast, TrackName track, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "segments of {Broadcast}/{Track} cannot be logged")]
    private static partial void Failed(ILogger logger, BroadcastId broadcast, TrackName track, Exception e);
}
