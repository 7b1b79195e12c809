using System.Buffers.Binary;
using LiveLedger.Cryptography;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Peering.Receipts;

/// <summary>A receipt's bytes without tag and signature: big-endian, one form for each receipt.</summary>
internal static class ReceiptLayout
{
    /// <summary>Longest in bytes.</summary>
    public const int MaxLength = Receipt.HeadLength + Receipt.MaxRuns * ReceiptRun.HeadLength + Receipt.MaxLines * sizeof(ushort);

    /// <summary>Reads all of <paramref name="bytes"/>; null for what is no receipt. Nothing is allocated before every bound was checked.</summary>
    public static Receipt? Read(ReadOnlySpan<byte> bytes)
    {
        var from = new WireReader(bytes);
        if (bytes.Length > MaxLength || !from.TryTake(BroadcastId.Length, out var id) || !BroadcastId.TryRead(id, out var broadcast)
            || !TryTake(ref from, out Bytes32 sender) || !TryTake(ref from, out Bytes32 receiver) || sender == receiver || !TryTake(ref from, out Bytes32 link)
            || !from.TryTake(out uint period) || period == 0 || !from.TryTake(out uint number) || number == 0
            || !from.TryTake(out ulong at) || at > Receipt.MaxTime || !from.TryTake(out ulong chunks) || !from.TryTake(out ulong total)
            || total > Receipt.MaxTotalBytes || chunks > total
            || !from.TryTake(out ushort runs) || runs is 0 or > Receipt.MaxRuns || !AreRuns(from, runs, out var said)
            // Each chunk has a byte at least and 16,384 at most, and what came in this period came over this link.
            || chunks < said || chunks < (total + ChunkTree.ChunkSize - 1) / ChunkTree.ChunkSize)
        {
            return null;
        }

        return new()
        {
            Broadcast = broadcast,
            Sender = new(sender),
            Receiver = new(receiver),
            Link = new(link),
            Period = period,
            Number = number,
            At = DateTimeOffset.FromUnixTimeMilliseconds((long)at),
            TotalChunks = (long)chunks,
            TotalBytes = (long)total,
            Runs = Runs(from, runs),
        };
    }

    public static int LengthOf(Receipt receipt) => Receipt.HeadLength + receipt.Runs.Sum(static r => ReceiptRun.HeadLength + r.Chunks.Length * sizeof(ushort));

    public static void Write(Receipt receipt, Span<byte> bytes)
    {
        var to = new WireWriter(bytes);
        to.Put(receipt.Broadcast);
        to.Put(receipt.Sender.Value);
        to.Put(receipt.Receiver.Value);
        to.Put(receipt.Link.Value);
        to.Put(receipt.Period);
        to.Put(receipt.Number);
        to.Put((ulong)receipt.At.ToUnixTimeMilliseconds());
        to.Put((ulong)receipt.TotalChunks);
        to.Put((ulong)receipt.TotalBytes);
        to.Put((ushort)receipt.Runs.Count);
        foreach (var run in receipt.Runs)
        {
            to.Put(run.Track.Value);
            to.Put(run.Epoch);
            to.Put(run.First);
            to.Put((ushort)run.Chunks.Length);
            foreach (var chunks in run.Chunks.Span)
            {
                to.Put(chunks);
            }
        }
    }

    // Ascending and not touching, so that no segment has two lines.
    private static bool AreRuns(WireReader from, int count, out ulong said)
    {
        (said, var lines) = (0, 0);
        var last = default(RunHead);
        for (var n = 0; n < count; n++)
        {
            if (!TryTakeHead(ref from, out var head) || head.Length is 0 or > ReceiptRun.MaxLength || head.End > 1L + uint.MaxValue || (lines += head.Length) > Receipt.MaxLines
                || (n > 0 && !head.Follows(last)) || !from.TryTake(head.Length * sizeof(ushort), out var chunks))
            {
                return false;
            }

            for (var i = 0; i < head.Length; i++)
            {
                var of = Chunks(chunks, i);
                if (of > ReceiptRun.MaxChunks || (of == 0 && (i == 0 || i == head.Length - 1)))
                {
                    return false;
                }

                said += of;
            }

            last = head;
        }

        return from.AtEnd;
    }

    private static ReceiptRun[] Runs(WireReader from, int count)
    {
        var runs = new ReceiptRun[count];
        for (var n = 0; n < count; n++)
        {
            _ = TryTakeHead(ref from, out var head);
            _ = from.TryTake(head.Length * sizeof(ushort), out var bytes);
            var chunks = new ushort[head.Length];
            for (var i = 0; i < chunks.Length; i++)
            {
                chunks[i] = Chunks(bytes, i);
            }

            runs[n] = new(head.Track, head.Epoch, head.First, chunks);
        }

        return runs;
    }

    private static ushort Chunks(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[(at * sizeof(ushort))..]);

    private static bool TryTakeHead(ref WireReader from, out RunHead head)
    {
        head = default;
        if (!from.TryTake(out ulong track) || !from.TryTake(out uint epoch) || !from.TryTake(out uint first) || !from.TryTake(out ushort length))
        {
            return false;
        }

        head = new(new(track), epoch, first, length);
        return true;
    }

    private static bool TryTake(ref WireReader from, out Bytes32 value)
    {
        value = default;
        if (!from.TryTake(Bytes32.Length, out var bytes))
        {
            return false;
        }

        value = new(bytes);
        return true;
    }

    private readonly record struct RunHead(TrackTag Track, uint Epoch, uint First, ushort Length)
    {
        public long End => (long)First + Length;

        public bool Follows(RunHead last) => Track.Value != last.Track.Value ? Track.Value > last.Track.Value : Epoch != last.Epoch ? Epoch > last.Epoch : First > last.End;
    }
}
