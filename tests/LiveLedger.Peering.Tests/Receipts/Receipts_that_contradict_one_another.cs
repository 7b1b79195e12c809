using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Peering.Tests.Receipts;

public sealed class Receipts_that_contradict_one_another
{
    private readonly Dealings _deal = new();

    [Fact]
    public void Convict_the_receiver_that_signed_both()
    {
        var fork = ReceiptFork.Between(_deal.Signed(), _deal.Signed(total: 101));
        Assert.NotNull(fork);
        Assert.True(fork.Receiver.Is(_deal.Receiver.PublicKey));
        Assert.True(fork.Verify(_deal.Receiver.PublicKey));
    }

    [Fact]
    public void Convict_nobody_when_one_of_them_is_not_signed_by_the_receiver()
    {
        var other = new Dealings();
        var claimed = _deal.Signed(total: 101).Bytes.ToArray();
        other.Signed().Bytes[^64..].CopyTo(claimed.AsMemory(claimed.Length - 64));
        Assert.True(SignedReceipt.TryRead(claimed, out var forged));
        var fork = ReceiptFork.Between(_deal.Signed(), forged);
        Assert.NotNull(fork);
        Assert.False(fork.Verify(_deal.Receiver.PublicKey));
        Assert.False(fork.Verify(other.Receiver.PublicKey));
    }

    [Fact]
    public void Convict_a_sender_only_if_its_batches_hold_both()
    {
        var (one, two, next) = (_deal.Signed(), _deal.Signed(number: 2, total: 99), _deal.Signed(period: 2, total: 200));
        var fork = ReceiptFork.Between(one, two)!;
        Assert.Equal(PeerKey.Of(_deal.Sender.PublicKey), fork.SenderOfBoth(_deal.Batch(one), _deal.Batch(two)));
        Assert.Equal(PeerKey.Of(_deal.Sender.PublicKey), fork.SenderOfBoth(_deal.Batch(two, next), _deal.Batch(one, next)));
        Assert.Null(fork.SenderOfBoth(_deal.Batch(one), _deal.Batch(next)));
        Assert.Null(fork.SenderOfBoth(_deal.Batch(one), _deal.Batch(one, next)));
    }

    [Fact]
    public void Of_a_link_to_two_senders_convict_the_receiver_alone()
    {
        using var other = Ed25519PrivateKey.Generate();
        var (one, two) = (_deal.Signed(), SignedReceipt.Sign(_deal.Receipt(period: 2, total: 200) with { Sender = PeerKey.Of(other.PublicKey) }, _deal.Receiver));
        var fork = ReceiptFork.Between(one, two);
        Assert.Equal(ForkKind.LinkTwice, fork?.Kind);
        Assert.Null(fork!.SenderOfBoth(_deal.Batch(one), ReceiptBatch.Sign(_deal.Broadcast, [two], other)));
    }

    [Fact]
    public void Are_none_of_an_honest_receivers_whole_link()
    {
        // As a receiver makes them: counts grow within a period, a new period begins with other segments, totals go on.
        var made = new List<SignedReceipt>();
        var total = 0L;
        for (var period = 1u; period <= 4; period++)
        {
            var before = total;
            for (ushort number = 1; number <= 5; number++)
            {
                total = before + 3 * number;
                made.Add(_deal.Signed(period, number, total, number, (ushort)(2 * number)));
            }
        }

        Assert.All(made, one => Assert.All(made, other => Assert.Null(ReceiptFork.Between(one, other))));
    }
}
