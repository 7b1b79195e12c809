using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Relay.Service;

/// <summary>What went to one peer, and the receipts that it gave for it (docs/formats/receipts.md). Asked by the link's reader and its sender at once.</summary>
/// <param name="broadcast">The broadcast.</param>
/// <param name="own">The relay's key.</param>
/// <param name="other">The peer's.</param>
/// <param name="link">The link's name.</param>
/// <param name="settled">Takes each receipt whose period is over, once.</param>
/// <param name="time">The clock.</param>
internal sealed class LinkAccount(BroadcastId broadcast, Ed25519PublicKey own, Ed25519PublicKey other, LinkId link, Action<SignedReceipt> settled, TimeProvider time)
{
    // Chunks that a peer may be ahead of its receipts: so many, and as many as it gave receipts for, up to the second.
    private const int Ahead = 192;
    private const int FarthestAhead = 768;

    // Receipts that are looked at: so many at once, and so many a second after.
    private const double Burst = 20;
    private const double PerSecond = 2;

    // Segments of which is known what was sent.
    private const int MaxSegments = 1024;

    // A period of which nothing more was said for so long is over.
    private static readonly TimeSpan s_over = Receipt.LongestPeriod + TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<SegmentName, Given> _given = [];
    private readonly Queue<SegmentName> _order = new();
    private long _chunks;
    private long _bytes;

    // Chunks that went out more than once: nobody gives a receipt for them.
    private long _again;
    private SignedReceipt? _newest;
    private long _newestAt;
    private bool _isClosed;
    private double _budget = Burst;
    private long _budgetAt = time.GetTimestamp();

    /// <summary>True while the peer gives receipts for what it gets: else it gets nothing more until it does.</summary>
    public bool IsPaid
    {
        get
        {
            lock (_lock)
            {
                var receipted = _newest?.Receipt.TotalChunks ?? 0;
                // What is asked for again is asked for seldom by who is honest: as much again as it gave receipts for, at most.
                return _chunks - receipted <= Math.Min(FarthestAhead, Ahead + receipted) && _again <= Ahead + receipted;
            }
        }
    }

    /// <summary>Chunks go out now: to be noted before they do, for the receipt may be quick. One that went before its receiver counts no more: it is noted apart.</summary>
    public void Sent(SegmentName segment, int first, int count, int bytes)
    {
        lock (_lock)
        {
            if (!_given.TryGetValue(segment, out var given))
            {
                if (_order.Count >= MaxSegments)
                {
                    _given.Remove(_order.Dequeue());
                }

                _order.Enqueue(segment);
                _given[segment] = given = new();
            }

            for (var n = 0; n < count; n++)
            {
                if (!given.TryAdd(first + n))
                {
                    _again++;
                }
                else
                {
                    _chunks++;
                    // All but the last are whole.
                    _bytes += n == count - 1 ? bytes - n * ChunkTree.ChunkSize : ChunkTree.ChunkSize;
                }
            }
        }
    }

    /// <summary>Takes a receipt from the peer; false for one that no honest peer gives.</summary>
    public bool TryTake(ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            if (!TrySpend() || !SignedReceipt.TryRead(bytes, out var signed) || !IsOfThis(signed.Receipt) || !Fits(signed) || !signed.Verify(other))
            {
                return false;
            }

            if (_newest is { } newest && newest.Receipt.Period == signed.Receipt.Period)
            {
                // Too late: a page that slept says it when what it belongs to is handed in. The next period's totals have it.
                if (_isClosed)
                {
                    return true;
                }
            }
            else
            {
                Close();
            }

            (_newest, _newestAt, _isClosed) = (signed, time.GetTimestamp(), false);
            return true;
        }
    }

    /// <summary>Hands over the last receipt if its period is over: always when the link is.</summary>
    public void Settle(bool isOver)
    {
        lock (_lock)
        {
            if (isOver || (_newest is not null && time.GetElapsedTime(_newestAt) > s_over))
            {
                Close();
            }
        }
    }

    private bool IsOfThis(Receipt receipt) =>
        receipt.Broadcast == broadcast && receipt.Sender.Is(own) && receipt.Receiver.Is(other) && receipt.Link == link;

    // It says no more than went out, and nothing that contradicts what it said before.
    private bool Fits(SignedReceipt signed)
    {
        var (receipt, before) = (signed.Receipt, _newest?.Receipt);
        if (before is not null && (receipt.Period < before.Period || (receipt.Period == before.Period && receipt.Number <= before.Number) || ReceiptFork.Between(_newest!, signed) is not null))
        {
            return false;
        }

        if (receipt.TotalChunks > _chunks || receipt.TotalBytes > _bytes)
        {
            return false;
        }

        foreach (var run in receipt.Runs)
        {
            for (var n = 0; n < run.Chunks.Length; n++)
            {
                var segment = new SegmentName(run.Track, run.Epoch, run.First + (uint)n);
                var (sent, settled) = _given.TryGetValue(segment, out var given) ? (given.Sent, given.Settled) : (0, 0);
                // What the last receipt of another period said stands beside this one's; of the same period this one's stands in its place.
                var beside = before is null ? 0 : (before.Period != receipt.Period, _isClosed) switch
                {
                    (true, false) => before.ChunksOf(segment),
                    (false, true) => -before.ChunksOf(segment),
                    _ => 0,
                };
                if (settled + beside + run.Chunks.Span[n] > sent)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private void Close()
    {
        if (_newest is not { } newest || _isClosed)
        {
            return;
        }

        _isClosed = true;
        foreach (var run in newest.Receipt.Runs)
        {
            for (var n = 0; n < run.Chunks.Length; n++)
            {
                var segment = new SegmentName(run.Track, run.Epoch, run.First + (uint)n);
                if (_given.TryGetValue(segment, out var given))
                {
                    given.Settled += run.Chunks.Span[n];
                }
            }
        }

        settled(newest);
    }

    private bool TrySpend()
    {
        var now = time.GetTimestamp();
        _budget = Math.Min(Burst, _budget + time.GetElapsedTime(_budgetAt, now).TotalSeconds * PerSecond) - 1;
        _budgetAt = now;
        return _budget >= 0;
    }

    // Of one segment: which chunks went out, and for how many a receipt of a period that is over was given.
    private sealed class Given
    {
        private ulong[] _sent = new ulong[2];

        public int Sent { get; private set; }

        public int Settled { get; set; }

        public bool TryAdd(int chunk)
        {
            if (chunk / 64 >= _sent.Length)
            {
                Array.Resize(ref _sent, Math.Max(chunk / 64 + 1, 2 * _sent.Length));
            }

            if ((_sent[chunk / 64] & 1ul << chunk) != 0)
            {
                return false;
            }

            _sent[chunk / 64] |= 1ul << chunk;
            Sent++;
            return true;
        }
    }
}
