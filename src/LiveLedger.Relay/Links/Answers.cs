using System.Collections.Concurrent;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Messages;
using LiveLedger.Relay.Objects;
using LiveLedger.Relay.Service;

namespace LiveLedger.Relay.Links;

/// <summary>What becomes of each message of a peer that has proved itself.</summary>
internal sealed class Answers(RelaySwarm swarm, Outbox outbox)
{
    // Proofs of one peer that are looked at: so many at once, and one more after each of these times.
    private const double MaxProofs = 4;
    private static readonly TimeSpan s_proofEach = TimeSpan.FromSeconds(10);

    /// <summary>Requests under way at once, and those of them that upstream or the disk must be asked for.</summary>
    private const int MaxRequests = 64;
    private const int MaxSearches = 8;

    private readonly ConcurrentDictionary<RequestId, Serving> _requests = new();
    private int _searches;
    private double _proofs = MaxProofs;
    private long _proofsAt;

    /// <summary>What went to the peer; set once the link is up.</summary>
    public LinkAccount? Account { get; set; }

    /// <summary>A request was answered, or is not answered any more.</summary>
    public void Ended(Serving serving) => _requests.TryRemove(serving.Request, out _);

    /// <summary>Takes a message. True: go on; false: an offence; null: the other has left.</summary>
    public bool? Take(ReadOnlyMemory<byte> message, Admission other, CancellationToken cancellation)
    {
        var bytes = message.Span;
        if (!PeerMessage.TryReadType(bytes, out var type))
        {
            return false;
        }

        switch (type)
        {
            case PeerMessageType.Have:
                if (!Have.TryRead(message, out var held))
                {
                    return false;
                }

                // What peers have is what they play; the relay gets it from upstream all the same.
                foreach (var one in held)
                {
                    swarm.Interest.Note(one.Segment.Track);
                }

                return true;
            case PeerMessageType.Want:
                return Want.TryRead(bytes, out var want) && Take(want, other, cancellation);
            case PeerMessageType.WantRecord:
                return WantRecord.TryRead(bytes, out var record)
                    && Begin(record.Request, NameOf(record.Segment, ObjectKind.Record, other), record.Segment.Epoch, static value => (0, value.Bytes.Length), cancellation);
            case PeerMessageType.WantInit:
                return WantInit.TryRead(bytes, out var init)
                    && Begin(init.Request, swarm.Broadcast.Book.TryGetName(init.Hash, out var name) && MayHave(other, name) ? name : null, null, static value => (0, value.Bytes.Length), cancellation);
            case PeerMessageType.Cancel:
                if (!Cancel.TryRead(bytes, out var cancel))
                {
                    return false;
                }

                // One that is over already is no offence: the two have crossed.
                if (_requests.TryGetValue(cancel.Request, out var serving))
                {
                    serving.IsCancelled = true;
                }

                return true;
            case PeerMessageType.Ping:
                return Ping.TryRead(bytes, out var ping) && outbox.TryPost(new Pong(ping.Token).ToMessage());
            case PeerMessageType.Pong:
                return Pong.TryRead(bytes, out _);
            case PeerMessageType.Sending:
                return Sending.TryRead(bytes, out _);
            case PeerMessageType.No:
                return No.TryRead(bytes, out _);
            case PeerMessageType.Revoked:
                if (!Revoked.TryRead(bytes, out var revoked))
                {
                    return false;
                }

                swarm.TakeRevocation(revoked.Token);
                return true;
            case PeerMessageType.Receipted:
                return Receipted.TryRead(message, out var receipted) && Account!.TryTake(receipted.Receipt.Span);
            case PeerMessageType.Fraud:
                if (!Fraud.TryRead(message, out var fraud))
                {
                    return false;
                }

                if (TrySpendOnProof())
                {
                    swarm.TakeProof(fraud.Proof.Span);
                }

                return true;
            case PeerMessageType.Bye:
                return Bye.TryRead(bytes, out _) ? null : false;
            default:
                // A later version's is passed over. Chunks and pieces were not asked for, and the handshake is over.
                return type >= (PeerMessageType)PeerMessage.FirstOptional;
        }
    }

    private bool Take(Want want, Admission other, CancellationToken cancellation)
    {
        swarm.Interest.Note(want.Segment.Track);
        return !Account!.IsPaid ? Refuse(want.Request, NoReason.Busy) : Begin(
            want.Request, NameOf(want.Segment, ObjectKind.Segment, other), want.Segment.Epoch,
            value => (want.First, want.First + want.Count <= ChunkTree.CountFor(value.Bytes.Length) ? want.First + want.Count : 0), cancellation, want.Segment);
    }

    private bool TrySpendOnProof()
    {
        var now = swarm.Time.GetTimestamp();
        _proofs = _proofsAt == 0 ? MaxProofs : Math.Min(MaxProofs, _proofs + swarm.Time.GetElapsedTime(_proofsAt, now) / s_proofEach);
        _proofsAt = now;
        if (_proofs < 1)
        {
            return false;
        }

        _proofs--;
        return true;
    }

    // False if the peer uses a name for two requests at once, or reads no answers.
    private bool Begin(RequestId request, ObjectName? name, uint? epoch, Func<RelayObject, (int First, int End)> part, CancellationToken cancellation, SegmentName? segment = null)
    {
        if (swarm.Upload.IsShut)
        {
            return Refuse(request, NoReason.NotSending);
        }

        if (name is not { } known)
        {
            return Refuse(request, NoReason.Absent);
        }

        if (_requests.Count >= MaxRequests)
        {
            return Refuse(request, NoReason.Busy);
        }

        var serving = new Serving(request, known) { Segment = segment };
        if (!_requests.TryAdd(request, serving))
        {
            return false;
        }

        var search = swarm.Broadcast.GetAsync(known, cancellation);
        if (search.IsCompletedSuccessfully)
        {
            return Go(serving, epoch, part, search.Result);
        }

        // It is looked for in either case; with too many of them nobody of this link waits.
        var found = search.AsTask();
        if (Interlocked.Increment(ref _searches) > MaxSearches)
        {
            Interlocked.Decrement(ref _searches);
            _requests.TryRemove(request, out _);
            _ = found.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            return Refuse(request, NoReason.Busy);
        }

        _ = AwaitAsync(serving, epoch, part, found);
        return true;
    }

    private async Task AwaitAsync(Serving serving, uint? epoch, Func<RelayObject, (int First, int End)> part, Task<Found> search)
    {
        try
        {
            Go(serving, epoch, part, await search);
        }
        catch (OperationCanceledException)
        {
            // The link is over.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HttpRequestException or InvalidOperationException)
        {
            // A disk or an upstream that failed in a way of its own: this request has no answer, and its place is free.
            _requests.TryRemove(serving.Request, out _);
            Refuse(serving.Request, NoReason.Absent);
        }
        finally
        {
            Interlocked.Decrement(ref _searches);
        }
    }

    private bool Go(Serving serving, uint? epoch, Func<RelayObject, (int First, int End)> part, Found found)
    {
        if (serving.IsCancelled)
        {
            return _requests.TryRemove(serving.Request, out _);
        }

        var (first, end) = found.Object is { } value && (epoch is not { } wanted || value.Record?.Record.Epoch == wanted) ? part(value) : default;
        if (end <= first || (serving.Name.Kind != ObjectKind.Segment && end > Piece.MaxTotal))
        {
            _requests.TryRemove(serving.Request, out _);
            return Refuse(serving.Request, found.Refusal == RelayRefusal.UpstreamBusy ? NoReason.Busy : NoReason.Absent);
        }

        (serving.Next, serving.End) = (first, end);
        outbox.Serve(serving);
        return true;
    }

    private bool Refuse(RequestId request, NoReason reason) => outbox.TryPost(new No(request, reason).ToMessage());

    private ObjectName? NameOf(SegmentName segment, ObjectKind kind, Admission other)
    {
        if (swarm.TrackOf(segment.Track) is not { } track)
        {
            return null;
        }

        var name = kind == ObjectKind.Record ? ObjectName.Record(swarm.Broadcast.Id, track, segment.Sequence) : ObjectName.Segment(swarm.Broadcast.Id, track, segment.Sequence);
        return MayHave(other, name) ? name : null;
    }

    private static bool MayHave(Admission other, ObjectName name) => other.Tracks is not { } tracks || tracks.Contains(name.Track);
}
