using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Fuzz.Targets;

/// <summary>What peers say that they were sent: one form for each receipt, no number beyond its bounds, no segment with two lines, and no signature that holds by chance.</summary>
internal static class ReceiptTarget
{
    private static readonly Ed25519PrivateKey s_sender = Ed25519PrivateKey.FromSeed(new byte[32]);
    private static readonly Ed25519PrivateKey s_receiver = Ed25519PrivateKey.FromSeed([1, .. new byte[31]]);
    private static readonly BroadcastId s_broadcast = new(new Guid("01990000000070008000000000000001"));

    private static readonly SignedReceipt[] s_receipts =
    [
        Receipt(1, [33]), Receipt(2, [1, 0, 4096]), Receipt(3, [.. Enumerable.Repeat((ushort)7, 200)]),
    ];

    public static FuzzTarget Create() => new("receipts", [.. s_receipts.Select(static r => r.Bytes.ToArray())], Read);

    public static FuzzTarget CreateBatches() => new(
        "receipt-batches", [ReceiptBatch.Sign(s_broadcast, s_receipts[..1], s_sender).Bytes.ToArray(), ReceiptBatch.Sign(s_broadcast, s_receipts, s_sender).Bytes.ToArray()], ReadBatch);

    private static SignedReceipt Receipt(uint period, ushort[] chunks) => SignedReceipt.Sign(
        new()
        {
            Broadcast = s_broadcast,
            Sender = PeerKey.Of(s_sender.PublicKey),
            Receiver = PeerKey.Of(s_receiver.PublicKey),
            Link = new(new Bytes32(new byte[32])),
            Period = period,
            Number = 1,
            At = DateTimeOffset.UnixEpoch,
            TotalChunks = 10_000,
            TotalBytes = 10_000 * ChunkTree.ChunkSize,
            Runs = [new(new(5), 1, 7, chunks), new(new(5), 1, 1000, chunks), new(new(6), 0, 0, new ushort[] { 2 })],
        },
        s_receiver);

    private static void Read(ReadOnlySpan<byte> input)
    {
        if (!SignedReceipt.TryRead(input, out var signed))
        {
            return;
        }

        if (!input.SequenceEqual(signed.Bytes.Span))
        {
            throw new FuzzException("a receipt is not what was read");
        }

        var said = signed.Receipt;
        var lines = said.Runs.SelectMany(static r => Enumerable.Range(0, r.Chunks.Length).Select(n => (r.Track, r.Epoch, Sequence: r.First + (long)n, Chunks: r.Chunks.Span[n]))).ToList();
        if (lines.Count > Peering.Receipts.Receipt.MaxLines || lines.Any(static l => l.Chunks > ChunkTree.MaxChunks || l.Sequence > uint.MaxValue)
            || lines.Select(static l => (l.Track, l.Epoch, l.Sequence)).Distinct().Count() != lines.Count || lines.Sum(static l => (long)l.Chunks) > said.TotalChunks)
        {
            throw new FuzzException("a line that can be none");
        }

        // Written again by what signs, it has the same bytes: there is one form.
        if (said.Receiver.Is(s_receiver.PublicKey) && !SignedReceipt.Sign(said, s_receiver).Said.SequenceEqual(signed.Said))
        {
            throw new FuzzException("a receipt has two forms");
        }

        if (signed.Verify(s_receiver.PublicKey) && s_receipts.All(r => r.Hash != signed.Hash))
        {
            throw new FuzzException("a signature of nobody holds");
        }

        if (s_receipts.Any(r => ReceiptFork.Between(r, signed) is { } fork && fork.First == fork.Second))
        {
            throw new FuzzException("a receipt contradicts itself");
        }
    }

    private static void ReadBatch(ReadOnlySpan<byte> input)
    {
        if (!ReceiptBatch.TryRead(input, out var batch))
        {
            return;
        }

        if (!input.SequenceEqual(batch.Bytes.Span) || batch.Receipts.Count is 0 or > ReceiptBatch.MaxReceipts
            || batch.Receipts.Any(r => r.Receipt.Broadcast != batch.Broadcast || r.Receipt.Sender != batch.Sender)
            || batch.Receipts.Select(static r => (r.Receipt.Receiver, r.Receipt.Link, r.Receipt.Period)).Distinct().Count() != batch.Receipts.Count)
        {
            throw new FuzzException("a batch that can be none");
        }
    }
}
