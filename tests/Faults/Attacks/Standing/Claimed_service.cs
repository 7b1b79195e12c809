using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;
using LiveLedger.Peering.Tests.Reputation;

namespace LiveLedger.Faults.Attacks.Standing;

/// <summary>Receipts for what nobody sent: by colluders who hold licences, by many keys of one right, handed in again, or signed twice in different words.</summary>
public sealed class Claimed_service(AttackTable table)
{
    private const int Peers = 50;
    private const int Colluders = 10;
    private const int Minutes = 12;

    private static readonly double s_one = Formula.One;

    [Fact]
    public void A_fifth_of_licensed_colluders_gain_no_more_than_their_own_shares()
    {
        var (log, claims) = (new SwarmLog(), new Claims());
        long streamed = 0;
        for (var minute = 0; minute < Minutes; minute++)
        {
            Everybody(log);
            var made = log.Minute(videoBytes: 300_000);
            streamed += made.Sum(static m => (long)m.Chunks * 16_384);
            Honest(log, claims, made);
            for (var receiver = 0; receiver < Colluders; receiver++)
            {
                // Each signs for all the others that everything came from them, and more than there is.
                foreach (var sender in OthersOf(receiver))
                {
                    claims.Take(log.File(sender, log.Receipt(sender, receiver, made.Select(static m => (m.Segment, 4096)))));
                }
            }
        }

        var counted = log.Count();
        var fair = Fair(Colluders);
        var excess = Math.Max(0, Cluster(counted) / fair - 1);
        var harmed = Harmed(counted);
        table.Keep(new("receipt inflation by 20 % licensed colluders", null, "credit above their members' shares", excess, harmed, $"{Cluster(counted):0.0} of {fair:0.0} units"));
        var claimed = Enumerable.Range(0, Colluders).Sum(p => claims.Of(log, p)) / (Colluders * (double)streamed) - 1;
        table.Keep(new("receipt inflation by 20 % licensed colluders", "believes what is signed", "credit above their members' shares", claimed, 0, ""));
        Assert.InRange(excess, 0, 0.01);
        Assert.Equal(0, harmed);
        Assert.True(claimed > 1);
    }

    [Fact]
    public void A_segment_that_is_claimed_of_many_senders_and_again_counts_its_logged_length_once()
    {
        const int VideoBytes = 300_000, SoundBytes = 40_000, Links = 2, Periods = 2;
        // No line says more than there is of its segment: all of it, of each of nine, over two links of each, and of each link twice.
        var (log, claims) = (new SwarmLog(), new Claims(most: Chunks(VideoBytes)));
        var (streamed, claimed) = (0L, 0L);
        for (var minute = 0; minute < Minutes; minute++)
        {
            Everybody(log);
            var made = log.Minute(VideoBytes, SoundBytes);
            streamed += made.Count / 2 * (VideoBytes + SoundBytes);
            Honest(log, claims: null, made);
            for (var receiver = 0; receiver < Colluders; receiver++)
            {
                foreach (var sender in OthersOf(receiver))
                {
                    for (var n = 0; n < Links * Periods; n++)
                    {
                        claims.Take(log.File(sender, log.Receipt(sender, receiver, made, link: n % Links)));
                        claimed += made.Sum(static m => (long)m.Chunks);
                    }
                }
            }
        }

        var counted = log.Count();
        var credited = Enumerable.Range(0, Colluders).Sum(p => counted.Of(SwarmLog.Peer(p)).Bytes);
        var excess = (double)credited / (Colluders * streamed) - 1;
        // A share is a stream and a quarter: who has taken all of the stream from others has given so much of one.
        var fair = Fair(Colluders) * (VideoBytes + SoundBytes) / (VideoBytes * 1.25);
        var shares = Cluster(counted) / fair - 1;
        var uncapped = Enumerable.Range(0, Colluders).Sum(p => claims.Of(log, p)) / (Colluders * (double)streamed) - 1;
        var times = claimed / (double)(Colluders * Minutes * 15 * (Chunks(VideoBytes) + Chunks(SoundBytes)));
        const string Attack = "receipt inflation: each segment claimed of nine, over two links, twice";
        table.Keep(new(Attack, null, "credited bytes above those that were logged", Math.Max(0, excess), Harmed(counted), $"{times:0} times as much is claimed; {Cluster(counted):0.0} of {fair:0.0} units"));
        table.Keep(new(Attack, "counts each receipt by itself", "credited bytes above those that were logged", uncapped, 0, ""));
        Assert.Equal(36, times);
        // Not a byte above, and none below: the cap is what bounds them.
        Assert.Equal(Colluders * streamed, credited);
        Assert.InRange(shares, -0.01, 0.01);
        Assert.Equal(0, Harmed(counted));
        Assert.True(uncapped > 30);
    }

    [Fact]
    public void Many_keys_of_one_right_give_one_share()
    {
        const int Keys = 8;
        double Gained(bool isRightEach)
        {
            var log = new SwarmLog();
            for (var minute = 0; minute < Minutes; minute++)
            {
                log.Admit(0);
                Enumerable.Range(1, Keys).ToList().ForEach(n => log.Admit(isRightEach ? n : 1, page: isRightEach ? 0 : n));
                var made = log.Minute();
                for (var n = 1; n <= Keys; n++)
                {
                    var key = isRightEach ? log.Key(n) : log.Key(1, n);
                    var said = log.Receipt(0, 1, made, link: n).Receipt with { Receiver = PeerKey.Of(key.PublicKey) };
                    log.File(0, SignedReceipt.Sign(said, key));
                }
            }

            return log.Count().Counted(SwarmLog.Peer(0)).Good / s_one;
        }

        var (gained, byKeys, fair) = (Gained(isRightEach: false), Gained(isRightEach: true), Fair(1));
        table.Keep(new("Sybil cluster: eight keys of one right", null, "credit above one share", Math.Max(0, gained / fair - 1), 0, $"{gained:0.0} of {fair:0.0} units"));
        table.Keep(new("Sybil cluster: eight keys of one right", "counts keys, not rights", "credit above one share", byKeys / fair - 1, 0, $"{byKeys:0.0} units"));
        Assert.InRange(gained / fair - 1, -1, 0.01);
        Assert.True(byKeys > 1.3 * fair);
    }

    [Fact]
    public void What_is_handed_in_again_counts_once()
    {
        var (log, claims, once) = (new SwarmLog(), new Claims(), new SwarmLog());
        for (var minute = 0; minute < Minutes; minute++)
        {
            foreach (var one in (SwarmLog[])[log, once])
            {
                Everybody(one);
                var made = one.Minute(videoBytes: 300_000);
                Honest(one, one == log ? claims : null, made);
                // The attacker really sent it, to one, and hands the batch in ten times: at once and in the minutes after.
                var batch = one.File(0, one.Receipt(0, Colluders, made.Take(2)));
                if (one == log)
                {
                    claims.Take(batch);
                    for (var n = 0; n < 9; n++)
                    {
                        log.File(batch);
                        claims.Take(batch);
                    }
                }
            }
        }

        var (counted, fair) = (log.Count(), once.Count());
        var (good, honest) = (counted.Of(SwarmLog.Peer(0)), fair.Of(SwarmLog.Peer(0)));
        var harmed = Harmed(counted, fair);
        table.Keep(new("replayed receipts", null, "credited bytes for each that was served", good.Bytes / (double)honest.Bytes, harmed, ""));
        table.Keep(new("replayed receipts", "believes what is signed", "credited bytes for each that was served", claims.Of(log, 0) / (Minutes * 2d * Chunked(log)), 0, ""));
        Assert.Equal((honest.Bytes, honest.Good), (good.Bytes, good.Good));
        Assert.Equal(0, harmed);
        Assert.True(claims.Of(log, 0) > 5 * honest.Bytes);
    }

    [Fact]
    public void Who_signs_twice_in_different_words_is_found_by_the_second_and_both_are_punished()
    {
        var (log, claims) = (new SwarmLog(), new Claims());
        Everybody(log);
        var made = log.Minute(videoBytes: 300_000);
        Honest(log, claims, made);
        var first = log.Receipt(0, 1, made.Take(4), period: 1);
        claims.Take(log.File(0, first));
        claims.Take(log.File(0, log.Receipt(0, 1, made.Skip(4), period: 1)));
        var outcome = new ReputationOutcome();
        log.Count(outcome);
        var fork = Assert.Single(outcome.Found);
        Assert.True(fork.Verify(log.Key(1).PublicKey));
        log.Fork(fork);

        var counted = log.Count();
        var guilty = Enumerable.Range(0, Peers).Where(p => counted.Of(SwarmLog.Peer(p)).Forks > 0).ToList();
        var served = made.Take(4).Sum(static m => (long)m.Chunks * 16_384);
        table.Keep(new("forked receipts", null, "credited bytes for each of the first receipt", counted.Of(SwarmLog.Peer(0)).Bytes / (double)served, guilty.Count(static p => p > 1), "found by the second batch; both signers punished"));
        table.Keep(new("forked receipts", "believes what is signed", "credited bytes for each of the first receipt", claims.Of(log, 0) / served, 0, "nobody found"));
        Assert.Equal([0, 1], guilty);
        Assert.All(guilty, p => Assert.True(counted.Of(SwarmLog.Peer(p)).Bad > 0));
        Assert.True(counted.Of(SwarmLog.Peer(0)).Bytes <= served);
        Assert.True(claims.Of(log, 0) > 2 * served);
    }

    private static double Chunked(SwarmLog log) => 16_384d * log.Lines.Where(static l => l.Type == "segment-sealed").Take(2).Select(static l => System.Text.Encoding.UTF8.GetString(l.Payload)).Sum(static p =>
        Math.Ceiling(int.Parse(p.Split("\"byteLength\":")[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture) / 16_384d)) / 2;

    // Each begins with another: all that is to be had from a first would go to one, and be lost above what one standing can be.
    private static IEnumerable<int> OthersOf(int colluder) => Enumerable.Range(1, Colluders - 1).Select(n => (colluder + n) % Colluders);

    private static int Chunks(int bytes) => (bytes + 16_383) / 16_384;

    private static void Everybody(SwarmLog log) => Enumerable.Range(0, Peers).ToList().ForEach(p => log.Admit(p));

    // Each honest one takes the minute from four others, a quarter from each.
    private static void Honest(SwarmLog log, Claims? claims, List<(SegmentName Segment, int Chunks)> made)
    {
        for (var receiver = Colluders; receiver < Peers; receiver++)
        {
            for (var n = 0; n < 4; n++)
            {
                var sender = Colluders + (receiver - Colluders + 1 + n * 7) % (Peers - Colluders);
                var batch = log.File(sender, log.Receipt(sender, receiver, made.Skip(2).Where((_, i) => i / 2 % 4 == n)));
                claims?.Take(batch);
            }
        }
    }

    // Units of so many whole shares, one each epoch, as they decay.
    private static double Fair(int members)
    {
        var fair = 0d;
        for (var n = 0; n < Minutes; n++)
        {
            fair = fair * 15 / 16 + members * 4;
        }

        return fair;
    }

    private static double Cluster(BroadcastReputation counted) => Enumerable.Range(0, Colluders).Sum(p => counted.Of(SwarmLog.Peer(p)).Good) / s_one;

    private static int Harmed(BroadcastReputation counted, BroadcastReputation? before = null) => Enumerable.Range(Colluders, Peers - Colluders).Count(p =>
        counted.Of(SwarmLog.Peer(p)) is var s && (s.Bad > 0 || s.Forks > 0 || s.IsConvicted || s.Score < (before?.Of(SwarmLog.Peer(p)).Score ?? 0)));
}
