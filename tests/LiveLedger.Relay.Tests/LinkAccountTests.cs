using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;
using LiveLedger.Relay.Platforms;
using LiveLedger.Relay.Service;

namespace LiveLedger.Relay.Tests;

/// <summary>Whom the relay serves on: who gives receipts for what it gets, and says no more than is so.</summary>
public sealed class LinkAccountTests : IDisposable
{
    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);
    private readonly Ed25519PrivateKey _own = Ed25519PrivateKey.Generate();
    private readonly Ed25519PrivateKey _other = Ed25519PrivateKey.Generate();
    private readonly LinkId _link = new(new Bytes32([.. Enumerable.Repeat((byte)3, 32)]));
    private readonly List<SignedReceipt> _settled = [];

    [Fact]
    public void Who_gives_none_gets_three_mebibytes_and_nothing_more()
    {
        var (owes, pays) = (Account(), Account());
        var sent = 0;
        for (; owes.IsPaid; sent++)
        {
            owes.Sent(Segment(0), sent, 1, 16_384);
        }

        Assert.Equal(193, sent);
        for (uint period = 1; period <= 20; period++)
        {
            pays.Sent(Segment(period), 0, 100, 1_638_400);
            Assert.True(pays.IsPaid);
            Assert.True(pays.TryTake(Receipt(period, 1, 100 * period, 1_638_400 * period, Line(period, 100))));
        }

        Assert.Equal(Enumerable.Range(1, 19).Select(static n => (uint)n), _settled.Select(static s => s.Receipt.Period));
        pays.Settle(isOver: true);
        pays.Settle(isOver: true);
        Assert.Equal(20, _settled.Count);

        // However much it gave receipts for, twelve mebibytes ahead is all.
        for (sent = 0; pays.IsPaid; sent++)
        {
            pays.Sent(Segment(99), sent, 1, 16_384);
        }

        Assert.Equal(769, sent);
    }

    [Fact]
    public void What_is_sent_again_is_owed_no_second_time_and_nobody_lives_on_it()
    {
        var account = Account();
        account.Sent(Segment(0), 0, 100, 99 * 16_384 + 5);
        account.Sent(Segment(0), 0, 100, 99 * 16_384 + 5);
        Assert.True(account.IsPaid);
        account.Sent(Segment(0), 0, 93, 93 * 16_384);
        Assert.False(account.IsPaid);
        Assert.False(account.TryTake(Receipt(1, 1, 101, 99 * 16_384 + 5, Line(0, 100))));
        Assert.True(account.TryTake(Receipt(1, 1, 100, 99 * 16_384 + 5, Line(0, 100))));
        Assert.True(account.IsPaid);
        account.Sent(Segment(0), 99, 1, 5);
        account.Sent(Segment(0), 4095, 1, 7);
        Assert.True(account.TryTake(Receipt(1, 2, 101, 99 * 16_384 + 12, Line(0, 101))));
    }

    [Theory]
    [InlineData("more of the same period", true)]
    [InlineData("the next period", true)]
    [InlineData("the same number", false)]
    [InlineData("fewer of a segment", false)]
    [InlineData("fewer in all", false)]
    [InlineData("an earlier period", false)]
    [InlineData("the same again in the next period", false)]
    [InlineData("more of a segment than was sent", false)]
    [InlineData("more in all than was sent", false)]
    [InlineData("a segment that was not sent", false)]
    [InlineData("another link", false)]
    [InlineData("another sender", false)]
    [InlineData("another receiver", false)]
    [InlineData("signed by the relay", false)]
    public void What_contradicts_what_went_out_or_was_said_before_is_not_taken(string what, bool isTaken)
    {
        var account = Account();
        account.Sent(Segment(0), 0, 6, 98_304);
        account.Sent(Segment(1), 0, 30, 491_520);
        Assert.True(account.TryTake(Receipt(what == "an earlier period" ? 2u : 1, 1, 10, 100_000, Line(0, 5))));
        using var stranger = Ed25519PrivateKey.Generate();
        var next = what switch
        {
            "more of the same period" => Receipt(1, 2, 11, 110_000, Line(0, 6)),
            "the next period" => Receipt(2, 1, 11, 110_000, Line(0, 1)),
            "the same number" => Receipt(1, 1, 11, 110_000, Line(0, 6)),
            "fewer of a segment" => Receipt(1, 2, 11, 110_000, Line(0, 4)),
            "fewer in all" => Receipt(1, 2, 9, 90_000, Line(0, 6)),
            "an earlier period" => Receipt(1, 5, 11, 110_000, Line(0, 6)),
            "the same again in the next period" => Receipt(2, 1, 20, 200_000, Line(0, 5)),
            "more of a segment than was sent" => Receipt(1, 2, 11, 110_000, Line(0, 7)),
            "more in all than was sent" => Receipt(1, 2, 37, 589_824, Line(0, 6)),
            "a segment that was not sent" => Receipt(1, 2, 11, 110_000, Line(0, 5), Line(9, 1)),
            "another link" => Receipt(1, 2, 11, 110_000, r => r with { Link = new(default) }, _other, Line(0, 6)),
            "another sender" => Receipt(1, 2, 11, 110_000, r => r with { Sender = PeerKey.Of(stranger.PublicKey) }, _other, Line(0, 6)),
            "another receiver" => Receipt(1, 2, 11, 110_000, r => r with { Receiver = PeerKey.Of(stranger.PublicKey) }, stranger, Line(0, 6)),
            _ => Forged(Receipt(1, 2, 11, 110_000, Line(0, 6))),
        };
        Assert.Equal(isTaken, account.TryTake(next));
    }

    [Fact]
    public void Twenty_are_looked_at_at_once_and_a_flood_is_not()
    {
        var account = Account();
        account.Sent(Segment(0), 0, 30, 491_520);
        var taken = Enumerable.Range(1, 21).Count(n => account.TryTake(Receipt(1, (uint)n, 10, 100_000, Line(0, 5))));
        Assert.InRange(taken, 20, 20);
    }

    [Fact]
    public async Task Receipts_are_handed_in_once_and_again_after_the_server_was_away()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var platform = await TestPlatform.StartAsync(upstream);
        using var server = new ServerApi(platform.Address, token: null);
        var toFile = new ReceiptsToFile(_broadcast, server, _own, TimeProvider.System);
        for (uint period = 1; period <= 70; period++)
        {
            Assert.True(SignedReceipt.TryRead(Receipt(period, 1, 100 * period, 100_000 * period, Line(period, 5)), out var receipt));
            toFile.Add(receipt);
        }

        platform.IsAway = true;
        Assert.False(await toFile.FileAsync(CancellationToken.None));
        platform.IsAway = false;
        Assert.True(await toFile.FileAsync(CancellationToken.None));
        Assert.False(await toFile.FileAsync(CancellationToken.None));
        Assert.False(await toFile.FileAsync(CancellationToken.None));

        Assert.Equal([64, 6], platform.Batches.Select(static b => b.Receipts.Count));
        Assert.All(platform.Batches, b => Assert.True(b.Verify(_own.PublicKey)));
        Assert.Equal(70, platform.Batches.SelectMany(static b => b.Receipts).Select(static r => r.Receipt.Period).Distinct().Count());
    }

    public void Dispose()
    {
        _own.Dispose();
        _other.Dispose();
    }

    private LinkAccount Account() => new(_broadcast, _own.PublicKey, _other.PublicKey, _link, _settled.Add, TimeProvider.System);

    private static SegmentName Segment(uint sequence) => new(new(7), 0, sequence);

    private static ReceiptRun Line(uint sequence, ushort chunks) => new(new(7), 0, sequence, new[] { chunks });

    private byte[] Receipt(uint period, uint number, long chunks, long bytes, params ReceiptRun[] runs) => Receipt(period, number, chunks, bytes, static r => r, _other, runs);

    private byte[] Receipt(uint period, uint number, long chunks, long bytes, Func<Receipt, Receipt> change, Ed25519PrivateKey signer, params ReceiptRun[] runs) => SignedReceipt.Sign(change(new()
    {
        Broadcast = _broadcast,
        Sender = PeerKey.Of(_own.PublicKey),
        Receiver = PeerKey.Of(_other.PublicKey),
        Link = _link,
        Period = period,
        Number = number,
        At = DateTimeOffset.UnixEpoch,
        TotalChunks = chunks,
        TotalBytes = bytes,
        Runs = runs,
    }), signer).Bytes.ToArray();

    private byte[] Forged(byte[] receipt)
    {
        _own.Sign([.. "liveledger receipt v1\n"u8, .. receipt.AsSpan(..^64)], receipt.AsSpan(^64..));
        return receipt;
    }
}
