using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Peering.Tests.Receipts;

public sealed class Receipt_reading
{
    private readonly Dealings _deal = new();

    [Fact]
    public void Allocates_nothing_for_a_receipt_or_a_batch_that_is_refused_before_its_end()
    {
        var receipt = _deal.Signed(chunks: [.. Enumerable.Repeat((ushort)9, 200)], total: 5000).Bytes.ToArray();
        receipt[^65] = 0;
        var batch = _deal.Batch(_deal.Signed(), _deal.Signed(2)).Bytes.ToArray()[..^1];
        Assert.False(SignedReceipt.TryRead(receipt, out _) | ReceiptBatch.TryRead(batch, out _));
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var n = 0; n < 100; n++)
        {
            _ = SignedReceipt.TryRead(receipt, out _) | ReceiptBatch.TryRead(batch, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Takes_each_altered_bit_of_a_batch_as_another_batch_or_as_none()
    {
        var (one, two) = (_deal.Signed(), _deal.Signed(2, total: 200));
        var good = _deal.Batch(one, two).Bytes.ToArray();
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var altered = good.ToArray();
            altered[bit >> 3] ^= (byte)(1 << (bit & 7));
            Assert.False(ReceiptBatch.TryRead(altered, out var batch) && batch.Verify(_deal.Sender.PublicKey) && batch.Receipts.All(r => r.Verify(_deal.Receiver.PublicKey)), $"bit {bit}");
        }
    }

    [Fact]
    public void Refuses_to_sign_what_no_reader_would_take()
    {
        Assert.Throws<ArgumentException>(() => SignedReceipt.Sign(_deal.Receipt() with { Period = 0 }, _deal.Receiver));
        Assert.Throws<ArgumentException>(() => SignedReceipt.Sign(_deal.Receipt(), _deal.Sender));
        Assert.Throws<ArgumentException>(() => _deal.Batch());
        Assert.Throws<ArgumentException>(() => _deal.Batch(_deal.Signed(), _deal.Signed(number: 2)));
        using var other = Ed25519PrivateKey.Generate();
        Assert.Throws<ArgumentException>(() => ReceiptBatch.Sign(_deal.Broadcast, [_deal.Signed()], other));
    }

    [Fact]
    public void Says_how_much_of_each_segment_came()
    {
        var receipt = _deal.Receipt(1, 1, 100, 5, 0, 6);
        Assert.Equal([0, 5, 0, 6, 0], Enumerable.Range(2, 5).Select(n => receipt.ChunksOf(new(new(7), 1, (uint)n))));
        Assert.Equal(0, receipt.ChunksOf(new(new(7), 2, 3)));
        Assert.Equal(0, receipt.ChunksOf(new(new(8), 1, 3)));
    }
}
