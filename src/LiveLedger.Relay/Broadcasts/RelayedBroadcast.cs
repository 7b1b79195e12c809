using System.Collections.Concurrent;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Media.Records;
using LiveLedger.Relay.Caching;
using LiveLedger.Relay.Objects;
using LiveLedger.Relay.Upstream;

namespace LiveLedger.Relay.Broadcasts;

/// <summary>
/// One broadcast: finds its objects in memory, on disk or upstream, and lets none of them in that does not lead to the broadcaster's identity. However many ask for one at once, it is looked
/// for once.
/// </summary>
internal sealed class RelayedBroadcast
{
    // A record has 32 bytes for each of at most 4096 chunks, and a little; nothing longer is swapped between peers either.
    private const int MaxRecord = 1 << 18;
    private const int MaxInit = 1 << 20;

    private readonly MemoryCache _memory;
    private readonly DiskCache? _disk;
    private readonly UpstreamSource _upstream;
    private readonly RelayCounters _counters;
    private readonly Absences _absences;
    private readonly SignerKeeper _signer;
    private readonly InitSearch _inits;
    private readonly CancellationToken _stopping;
    private readonly ConcurrentDictionary<ObjectName, Task<Found>> _underWay = new();

    public RelayedBroadcast(BroadcastId id, RelayShelf shelf, Ed25519PublicKey? identity, TimeProvider time, CancellationToken stopping)
    {
        Id = id;
        Identity = identity;
        (_memory, _disk, _upstream, _counters) = (shelf.Memory, shelf.Disk, shelf.Upstream, shelf.Counters);
        _stopping = stopping;
        _absences = new(time);
        Book = new(id);
        _signer = new(this, shelf, time, stopping);
        _inits = new(this);
    }

    public BroadcastId Id { get; }

    /// <summary>The broadcaster, by whose key everything is judged; null until it is known.</summary>
    public Ed25519PublicKey? Identity { get; set; }

    public BroadcastBook Book { get; }

    /// <summary>Told of each segment that is here now and was not before.</summary>
    public Action<RelayObject> Arrived { get; set; } = static _ => { };

    /// <summary>Finds an object.</summary>
    /// <param name="name">One of this broadcast's.</param>
    /// <param name="cancellation">Ends the waiting, not the search that others may wait for too.</param>
    public ValueTask<Found> GetAsync(ObjectName name, CancellationToken cancellation)
    {
        if (Identity is null)
        {
            return new(RelayRefusal.NotAdmitted);
        }

        if (name.Kind == ObjectKind.Signer)
        {
            return new(_signer.GetAsync(pastCaches: false).WaitAsync(cancellation));
        }

        if (_signer.IsTakenDown)
        {
            // Looked up again now and then, since it may be restored.
            return new(AfterTakeDownAsync(name, cancellation));
        }

        return _memory.TryGet(name, out var found) ? new(found) : new(SearchAsync(name).WaitAsync(cancellation));
    }

    /// <summary>An object that was good when it came, and is not any more: it is looked for anew.</summary>
    public void Forget(RelayObject rotten) => _memory.Remove(rotten);

    private async Task<Found> AfterTakeDownAsync(ObjectName name, CancellationToken cancellation) =>
        (await _signer.GetAsync(pastCaches: false).WaitAsync(cancellation)).Refusal is { } refusal ? refusal : await GetAsync(name, cancellation);

    private Task<Found> SearchAsync(ObjectName name)
    {
        if (_underWay.TryGetValue(name, out var search))
        {
            return search;
        }

        var mine = new TaskCompletionSource<Found>(TaskCreationOptions.RunContinuationsAsynchronously);
        search = _underWay.GetOrAdd(name, mine.Task);
        if (search == mine.Task)
        {
            _ = RunAsync(name, mine);
        }

        return search;
    }

    private async Task RunAsync(ObjectName name, TaskCompletionSource<Found> mine)
    {
        try
        {
            // Whoever came between a search's end and its leaving the table finds it in memory.
            var found = _memory.TryGet(name, out var there) ? there : await FindAsync(name);
            _underWay.TryRemove(name, out _);
            mine.SetResult(found);
        }
        catch (OperationCanceledException)
        {
            _underWay.TryRemove(name, out _);
            mine.SetResult(RelayRefusal.UpstreamFailed);
        }
        catch (Exception e)
        {
            _underWay.TryRemove(name, out _);
            mine.SetException(e);
        }
    }

    private async Task<Found> FindAsync(ObjectName name)
    {
        if (_absences.Has(name))
        {
            return RelayRefusal.UnknownObject;
        }

        switch (name.Kind)
        {
            case ObjectKind.Record:
                return await FindRecordAsync(name);
            case ObjectKind.Segment:
                // First what is signed: it says how long the segment is before a byte of it is fetched.
                var record = await GetAsync(ObjectName.Record(Id, name.Track, name.Number), _stopping);
                return record.Object is { Record: { } signed }
                    ? await FindAsync(name, signed.Record.ByteLength, VerificationFailure.SegmentLength, bytes => JudgeSegment(name, bytes, signed))
                    : record;
            default:
                var (stated, refusal) = await _inits.HashOfAsync(name, _stopping);
                return stated is { } hash
                    ? await FindAsync(name, MaxInit, VerificationFailure.InitMismatch, bytes => JudgeInit(name, bytes, hash))
                    : refusal!;
        }
    }

    private async Task<Found> FindRecordAsync(ObjectName name)
    {
        var signer = await _signer.GetAsync(pastCaches: false);
        if (signer.Object is not { Certificate: { } certificate })
        {
            return signer;
        }

        var found = await FindAsync(name, MaxRecord, VerificationFailure.RecordMalformed, bytes => JudgeRecord(name, bytes, certificate), async () =>
        {
            // Perhaps it is the certificate that is old.
            if ((await _signer.GetAsync(pastCaches: true)).Object is { Certificate: { } newer })
            {
                certificate = newer;
            }
        });
        if (found.Object is { Record: { } record })
        {
            Book.Note(record.Record);
        }

        return found;
    }

    private async Task<Found> FindAsync(
        ObjectName name, int limit, VerificationFailure tooLong, Func<byte[], (VerificationResult Result, RelayObject? Object)> judge, Func<Task>? beforeRetry = null)
    {
        if (_disk is not null && await _disk.ReadAsync(name, limit, _stopping) is { } kept)
        {
            if (judge(kept).Object is { } sound)
            {
                return Keep(sound, onDisk: true);
            }

            _counters.CountRotten();
            _disk.Delete(name);
        }

        VerificationResult result = default;
        for (var retry = false; ; retry = true)
        {
            var answer = await _upstream.GetAsync(name, limit, retry, _stopping);
            switch (answer.Outcome)
            {
                case UpstreamOutcome.Bytes:
                    (result, var good) = judge(answer.Bytes);
                    if (good is not null)
                    {
                        return Keep(good, onDisk: false);
                    }

                    break;
                case UpstreamOutcome.TooLong:
                    result = new(tooLong);
                    break;
                case UpstreamOutcome.Absent:
                    _absences.Add(name);
                    return RelayRefusal.UnknownObject;
                case UpstreamOutcome.TakenDown:
                    _signer.TakeDown();
                    return RelayRefusal.TakenDown;
                case var outcome:
                    return outcome switch
                    {
                        UpstreamOutcome.Busy => RelayRefusal.UpstreamBusy,
                        UpstreamOutcome.Silent => RelayRefusal.UpstreamSilent,
                        _ => RelayRefusal.UpstreamFailed,
                    };
            }

            _counters.CountRefused();
            if (retry)
            {
                return RelayRefusal.Unverified(result);
            }

            if (beforeRetry is not null)
            {
                await beforeRetry();
            }
        }
    }

    private RelayObject Keep(RelayObject value, bool onDisk)
    {
        _memory.Put(value);
        if (!onDisk)
        {
            _disk?.Put(value);
        }

        if (value.Name.Kind == ObjectKind.Segment)
        {
            Arrived(value);
        }

        return value;
    }

    private static (VerificationResult Result, RelayObject? Object) JudgeRecord(ObjectName name, byte[] bytes, SignedCertificate certificate)
    {
        var result = SegmentVerification.CheckRecord(certificate, bytes, new SegmentSlot(name.Broadcast, name.Track, name.Number), out var record);
        return (result, result.IsOk ? RelayObject.Of(name, record!) : null);
    }

    private static (VerificationResult Result, RelayObject? Object) JudgeSegment(ObjectName name, byte[] bytes, SignedRecord record)
    {
        var result = SegmentVerification.CheckSegment(record, bytes);
        return (result, result.IsOk ? RelayObject.OfSegment(name, bytes, record) : null);
    }

    private static (VerificationResult Result, RelayObject? Object) JudgeInit(ObjectName name, byte[] bytes, Sha256Hash hash) =>
        Sha256Hash.Of(bytes) == hash ? (VerificationResult.Ok, RelayObject.OfInit(name, bytes, hash)) : (new(VerificationFailure.InitMismatch), null);
}
