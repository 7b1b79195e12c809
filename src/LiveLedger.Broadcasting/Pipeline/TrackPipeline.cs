using LiveLedger.Broadcasting.Origin;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Media.Packaging;

namespace LiveLedger.Broadcasting.Pipeline;

/// <summary>One track's way from the publisher's segment to the sealed one: inspect → place on the timeline → encrypt → hash → sign → seal.</summary>
/// <remarks>One segment at a time (<see cref="_turn"/>): records of a track form a chain.</remarks>
internal sealed class TrackPipeline(BroadcastPipeline broadcast, TrackRecording track, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly TrackHolder _holder = new(time);
    private readonly PendingInits _pending = new();
    private readonly TrackSealing _sealing = new(broadcast, track);
    private RunningEpoch? _running;

    public TrackRecording Track => track;

    /// <summary>Takes an init segment. It takes effect with its sender's next segment, which shows whether the publisher goes on or begins anew.</summary>
    public Task<Refusal?> PutInitAsync(byte[] source, Publisher publisher, CancellationToken cancellation) =>
        InTurnAsync(() => PutInit(source, publisher), cancellation);

    /// <summary>Packages, signs and seals one segment. When it returns null, the segment is durable and served.</summary>
    public Task<Refusal?> PutSegmentAsync(ReadOnlyMemory<byte> source, Publisher publisher, CancellationToken cancellation) =>
        InTurnAsync(() => PutSegment(source.Span, publisher), cancellation);

    /// <summary>Looks at a fragment without taking it: how a long post is cut into segments.</summary>
    public async Task<(SourceSegment Segment, uint Timescale)?> PeekAsync(ReadOnlyMemory<byte> fragment, Publisher publisher, CancellationToken cancellation)
    {
        (SourceSegment, uint)? seen = null;
        await InTurnAsync(
            () =>
            {
                if (PackagerFor(PendingOf(publisher)) is { } packager && packager.TryInspect(fragment.Span, out var segment, out _))
                {
                    seen = (segment, packager.Description.Timescale);
                }

                return null;
            },
            cancellation);
        return seen;
    }

    /// <summary>A publisher's connection has ended.</summary>
    public void Release(string connection) => _holder.Release(connection);

    /// <summary>Waits until what is being sealed is sealed.</summary>
    public async Task DrainAsync()
    {
        await _turn.WaitAsync();
        _turn.Release();
    }

    public void Dispose()
    {
        // The turn itself stays: a request that waits for it must still learn that the broadcast is closed.
        _pending.Dispose();
        _running?.Dispose();
    }

    private async Task<Refusal?> InTurnAsync(Func<Refusal?> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return broadcast.IsClosed ? Refusals.NotLive : work();
        }
        catch (IOException e) when (DiskFull.Is(e))
        {
            return DiskFull.Refusal;
        }
        finally
        {
            _turn.Release();
        }
    }

    private Refusal? PutInit(byte[] source, Publisher publisher)
    {
        _running ??= broadcast.Resume(track);
        RunningEpoch? probe = null;
        if ((_running is null || !source.AsSpan().SequenceEqual(_running.Source)) && broadcast.TryProbe(source, track, out probe) is { } refusal)
        {
            return refusal;
        }

        if (broadcast.Register(this) is { } full)
        {
            probe?.Dispose();
            return full;
        }

        _pending.Keep(new(source, broadcast.RunOf(track.Name), probe, publisher));
        return probe is not null && _holder.IsOther(publisher) ? Held() : null;
    }

    private Refusal? PutSegment(ReadOnlySpan<byte> source, in Publisher publisher)
    {
        _sealing.Settle();
        if (_holder.IsStranger(publisher))
        {
            return Held();
        }

        var pending = PendingOf(publisher);
        if (PackagerFor(pending) is not { } packager)
        {
            // DASH-IF Live Media Ingest: 412 for a media segment whose CMAF header has not been received.
            return new(412, "segment-before-init", $"Track {track.Name} has no init segment yet; send it first.");
        }

        if (!packager.TryInspect(source, out var segment, out var fault))
        {
            return FaultRefusal.Of(fault);
        }

        if (SourceRules.Check(segment, packager.Description.Timescale) is { } broken)
        {
            return broken;
        }

        var continues = _running is not null && pending?.Probe is null && Placement.Follows(track, segment, _running);
        if (!continues && _holder.IsOther(publisher))
        {
            return Held();
        }

        if ((continues ? Continue(pending, segment) : Begin(pending, segment)) is { } misplaced)
        {
            return misplaced == Refusals.SentAgain ? null : misplaced;
        }

        if (pending is not null)
        {
            _pending.Remove(pending);
        }

        var refusal = _sealing.Seal(_running!, segment, source);
        if (refusal is null)
        {
            _holder.Renew(publisher);
        }

        return refusal;
    }

    private Refusal? Continue(PendingInit? pending, in SourceSegment segment)
    {
        if (pending is not null)
        {
            broadcast.WentOn(pending.Run, _running!.Init.Epoch);
        }

        if (Placement.IsTooFarAhead(track, segment, _running!, broadcast.Now))
        {
            return Refusals.BeyondClock;
        }

        _running = broadcast.InPeriodOf(track, _running!, segment);
        return null;
    }

    private Refusal? Begin(PendingInit? pending, in SourceSegment segment)
    {
        if (pending is null)
        {
            // Without a new init segment this is no restart: the same segment once more, or one that came too late.
            return track.FindRecent(_running!.Init.Epoch, segment.DecodeTime + _running.OffsetTicks) is { } again && again.Duration == segment.Duration
                ? Refusals.SentAgain
                : Refusals.OutOfOrder(track.Name);
        }

        if (broadcast.TryOpenEpoch(track, pending, segment, out var opened) is { } refusal)
        {
            return refusal;
        }

        _running?.Dispose();
        _running = opened;
        return null;
    }

    private PendingInit? PendingOf(in Publisher publisher) => _pending.For(publisher, _holder.IsHeldBy(publisher));

    private TrackPackager? PackagerFor(PendingInit? pending) => (pending?.Probe ?? (_running ??= broadcast.Resume(track)))?.Packager;

    private Refusal Held() => new(403, "track-held", $"Track {track.Name} is being published by somebody else; stop that publisher first.")
    {
        RetryAfter = _holder.Remaining > TimeSpan.FromSeconds(1) ? _holder.Remaining : TimeSpan.FromSeconds(1),
    };
}
