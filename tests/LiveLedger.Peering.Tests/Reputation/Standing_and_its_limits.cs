using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Peering.Tests.Reputation;

public sealed class Standing_and_its_limits
{
    [Fact]
    public void A_receiver_credits_no_more_of_the_segments_than_there_is_whatever_it_signs() => Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), static seed =>
    {
        var random = new Random(seed);
        var log = new SwarmLog();
        const int Peers = 4;
        for (var peer = 0; peer < Peers; peer++)
        {
            log.Admit(peer);
        }

        var bytes = new List<int>();
        var segments = new List<SegmentName>();
        for (var round = 0; round < 8; round++)
        {
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                bytes.Add(random.Next(1, 200_000));
                segments.Add(log.Segment(random.Next(2) == 0 ? "0" : "1", bytes[^1]));
            }

            log.Now = log.Now.AddSeconds(random.Next(0, 40));
            var (sender, receiver) = (random.Next(Peers), random.Next(Peers));
            if (sender != receiver)
            {
                log.File(sender, log.Receipt(sender, receiver, segments.TakeLast(20).Select(s => (s, random.Next(1, 4097))), link: random.Next(3)));
            }
        }

        var credited = log.Count().Standings.Sum(static s => s.Standing.Bytes);
        // Each of four receivers may have had all of it once, from the three others together.
        return credited <= Peers * bytes.Sum(static b => (long)b);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void One_receiver_that_claims_everything_from_everybody_credits_each_byte_once()
    {
        var log = new SwarmLog();
        for (var peer = 0; peer < 5; peer++)
        {
            log.Admit(peer);
        }

        var minute = log.Minute();
        for (var sender = 1; sender < 5; sender++)
        {
            log.File(sender, log.Receipt(sender, 0, minute.Select(static m => (m.Segment, 4096))));
        }

        var counted = log.Count();
        Assert.Equal(15 * 540_000, counted.Standings.Sum(static s => s.Standing.Bytes));
        Assert.Equal(15 * 540_000, counted.Of(SwarmLog.Peer(1)).Bytes);
        Assert.True(counted.Standings.Sum(static s => s.Standing.Good) <= 4 * Formula.One);
    }

    [Fact]
    public void Who_never_sends_keeps_a_newcomers_standing_and_is_not_punished()
    {
        var log = new SwarmLog();
        for (var peer = 0; peer < 6; peer++)
        {
            log.Admit(peer);
        }

        for (var round = 0; round < 20; round++)
        {
            var minute = log.Minute();
            for (var receiver = 1; receiver < 6; receiver++)
            {
                log.File(receiver % 5 + 1, log.Receipt(receiver % 5 + 1, receiver, minute));
                log.Admit(receiver);
            }

            // It takes and signs, and gives nothing.
            log.File(1, log.Receipt(1, 0, minute));
            log.Admit(0);
        }

        var counted = log.Count();
        var poor = counted.Of(SwarmLog.Peer(0));
        Assert.Equal((0, 0, 0, Band.New), (poor.Good, poor.Bad, poor.Score, poor.Band));
        Assert.Equal(Standing.Newcomer.Score, poor.Score);
        Assert.True(counted.Of(SwarmLog.Peer(1)).Score > Formula.ProvenScore);
    }

    [Fact]
    public void Two_who_praise_each_other_for_ever_are_not_proven()
    {
        var log = new SwarmLog();
        log.Admit(0);
        log.Admit(1);
        for (var round = 0; round < 30; round++)
        {
            var minute = log.Minute();
            log.File(0, log.Receipt(0, 1, minute));
            log.File(1, log.Receipt(1, 0, minute));
            log.Admit(0);
            log.Admit(1);
        }

        Assert.Equal(Band.Known, log.Count().Of(SwarmLog.Peer(0)).Band);
    }

    [Theory]
    [InlineData("a relay", "relay", 1)]
    [InlineData("nobody who was admitted", null, 1)]
    [InlineData("its own second page", "viewer", 0)]
    public void A_receipt_of_who_may_not_back_anybody_counts_for_nothing(string who, string? role, int receiver)
    {
        Assert.NotNull(who);
        var log = new SwarmLog();
        log.Admit(0);
        if (receiver == 0)
        {
            log.Admit(0, page: 1);
        }
        else if (role is not null)
        {
            log.Admit(receiver, role);
        }

        var minute = log.Minute();
        var receipt = log.Receipt(0, receiver == 0 ? 1 : receiver, minute).Receipt;
        var key = receiver == 0 ? log.Key(0, 1) : log.Key(receiver);
        log.File(0, SignedReceipt.Sign(receipt with { Receiver = PeerKey.Of(key.PublicKey) }, key));
        Assert.Equal((0, 0), (log.Count().Of(SwarmLog.Peer(0)).Good, log.Count().Of(SwarmLog.Peer(0)).Bytes));
    }

    [Fact]
    public void What_is_handed_in_ten_minutes_after_its_segments_counts_for_nothing()
    {
        var log = new SwarmLog();
        log.Admit(0);
        log.Admit(1);
        var segment = log.Segment("0", 100_000);
        log.Now = log.Now.AddSeconds(300);
        log.Admit(2);
        log.Now = log.Now.AddSeconds(300);
        var inTime = log.Lines.ToList();
        log.File(0, log.Receipt(0, 1, [(segment, 7)]));
        Assert.Equal(100_000, log.Count().Of(SwarmLog.Peer(0)).Bytes);
        var late = log.Lines[^1] with { At = log.Now.AddMilliseconds(1) };
        Assert.Equal(0, log.Count([.. inTime, late]).Of(SwarmLog.Peer(0)).Bytes);
    }

    [Fact]
    public void A_segment_that_was_never_logged_counts_for_nothing()
    {
        var log = new SwarmLog();
        log.Admit(0);
        log.Admit(1);
        var segment = log.Segment("0", 100_000);
        log.File(0, log.Receipt(0, 1, [(segment with { Sequence = 1 }, 7), (segment with { Track = new(99) }, 7)]));
        log.File(0, log.Receipt(0, 1, [(segment with { Sequence = segment.Sequence + 256 }, 7)]));
        Assert.Equal(0, log.Count().Of(SwarmLog.Peer(0)).Bytes);
    }
}
