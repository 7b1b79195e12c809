using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Peering.Tests.Reputation;

public sealed class Standing_is_a_replay
{
    [Fact]
    public void Broadcasts_of_one_log_in_whatever_turns_come_to_the_same_bytes_as_each_alone()
    {
        var logs = Enumerable.Range(1, 6).Select(static n => Busy(n)).ToList();
        var apart = logs.Select(static l => KeptReputation.Write(l.Count())).ToList();
        Parallel.For(0, 4, turns =>
        {
            // Of each broadcast its own order, which its log gives; between them chance's.
            var (fold, random, next) = (new ReputationFold(), new Random(turns), new int[logs.Count]);
            for (var left = logs.Sum(static l => l.Lines.Count); left > 0;)
            {
                var n = random.Next(logs.Count);
                if (next[n] < logs[n].Lines.Count)
                {
                    var line = logs[n].Lines[next[n]];
                    fold.Take((ulong)next[n]++, line.Type, line.At, line.Payload);
                    left--;
                }
            }

            Assert.Equal(apart, logs.Select(l => KeptReputation.Write(fold.Broadcasts[l.Broadcast])));
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void Kept_and_read_back_every_few_events_it_goes_on_as_if_it_had_never_stopped(int every)
    {
        var log = Busy(3);
        var fold = new ReputationFold();
        for (var i = 0; i < log.Lines.Count; i++)
        {
            var line = log.Lines[i];
            fold.Take((ulong)i, line.Type, line.At, line.Payload);
            if (i % every == 0 && fold.Broadcasts.TryGetValue(log.Broadcast, out var of))
            {
                fold.Restore(log.Broadcast, KeptReputation.Read(KeptReputation.Write(of))!);
            }
        }

        Assert.Equal(KeptReputation.Write(log.Count()), KeptReputation.Write(fold.Broadcasts[log.Broadcast]));
    }

    [Fact]
    public void Clocks_that_lag_behind_one_another_change_nothing()
    {
        var log = Busy(4);
        var random = new Random(5);
        var latest = DateTimeOffset.MinValue;
        var shuffled = new List<LogLine>();
        foreach (var line in log.Lines)
        {
            // Only the first event of each moment carries the time; the others may be of servers whose clocks are up to an hour behind.
            shuffled.Add(line.At > latest ? line : line with { At = line.At.AddSeconds(-random.Next(0, 3600)) });
            latest = line.At > latest ? line.At : latest;
        }

        Assert.Contains(shuffled.Zip(log.Lines), static pair => pair.First.At != pair.Second.At);
        Assert.Equal(KeptReputation.Write(log.Count()), KeptReputation.Write(log.Count(shuffled)));
    }

    [Fact]
    public void A_clock_that_is_a_day_ahead_moves_the_broadcasts_by_ten_minutes_and_its_counting_goes_on()
    {
        var log = Busy(4);
        var before = log.Count();
        log.Lines.Add(log.Lines[0] with { At = log.Now.AddDays(1) });
        var after = log.Count();
        Assert.Equal(before.Time + 600_000, after.Time);
        // With each of its events: a server that goes on so carries the broadcast along.
        log.Lines.Add(log.Lines[^1]);
        Assert.Equal(before.Time + 1_200_000, log.Count().Time);
        log.Lines.RemoveAt(log.Lines.Count - 1);
        Assert.All(after.Standings, one => Assert.True(one.Standing.Good >= before.Of(one.Peer).Good / 2, "ten minutes take less than half"));

        // What is handed in after it counts still: keys, links and segments are remembered.
        var made = log.Minute();
        log.File(0, log.Receipt(0, 1, made));
        Assert.True(log.Count().Of(SwarmLog.Peer(0)).Bytes > after.Of(SwarmLog.Peer(0)).Bytes);
    }

    [Fact]
    public void A_receivers_key_has_256_links_and_whose_names_it_invents_count_for_nothing()
    {
        var log = new SwarmLog();
        log.Admit(0);
        log.Admit(1);
        var minute = log.Minute();
        for (var n = 0; n < 10; n++)
        {
            // Links beyond the fourth byte of a name's kind are still other links.
            log.File(0, Enumerable.Range(64 * n, 64).Select(link => log.Receipt(0, 1, minute.Take(1), link: link * 1000 + 1)));
        }

        var counted = log.Count();
        Assert.Equal(256, counted.Links.Count);
        log.File(0, log.Receipt(0, 1, minute.Skip(1), link: 99));
        Assert.Equal(counted.Of(SwarmLog.Peer(0)).Bytes, log.Count().Of(SwarmLog.Peer(0)).Bytes);
        // Read back, it knows how many there are.
        var fold = new ReputationFold();
        fold.Restore(log.Broadcast, KeptReputation.Read(KeptReputation.Write(counted))!);
        var more = log.Lines[^1];
        fold.Take((ulong)log.Lines.Count - 1, more.Type, more.At, more.Payload);
        Assert.Equal(KeptReputation.Write(log.Count()), KeptReputation.Write(fold.Broadcasts[log.Broadcast]));

        // In an hour they are forgotten.
        log.Now = log.Now.AddMinutes(10);
        for (var minutes = 0; minutes < 70; minutes++, log.Now = log.Now.AddMinutes(1))
        {
            log.Admit(0);
            log.Admit(1);
        }

        log.File(0, log.Receipt(0, 1, log.Minute(), link: 100));
        Assert.True(log.Count().Of(SwarmLog.Peer(0)).Bytes > counted.Of(SwarmLog.Peer(0)).Bytes);
    }

    [Fact]
    public void Replayed_batches_and_receipts_count_for_nothing()
    {
        var log = new SwarmLog();
        log.Admit(0);
        log.Admit(1);
        var minute = log.Minute();
        var (first, second) = (log.Receipt(0, 1, minute.Take(10)), log.Receipt(0, 1, minute.Skip(10)));
        var batch = log.File(0, first, second);
        var before = log.Count().Of(SwarmLog.Peer(0));
        log.File(batch);
        log.File(0, second);
        log.File(0, first);
        Assert.Equal(before, log.Count().Of(SwarmLog.Peer(0)));
    }

    [Fact]
    public void A_fork_is_found_once_and_counts_once_against_both_who_signed_it()
    {
        var log = new SwarmLog();
        log.Admit(0);
        log.Admit(1);
        var minute = log.Minute();
        log.File(0, log.Receipt(0, 1, minute.Take(10)));
        log.File(0, log.Receipt(0, 1, minute.Take(4), period: 1));
        log.File(0, log.Receipt(0, 1, minute.Take(2), period: 1));
        var found = new ReputationOutcome();
        log.Count(found);
        var fork = Assert.Single(found.Found);
        Assert.Equal(ForkKind.NumberTwice, fork.Kind);

        log.Fork(fork);
        log.Fork(fork);
        var counted = log.Count();
        Assert.Equal((1, 1), (counted.Of(SwarmLog.Peer(0)).Forks, counted.Of(SwarmLog.Peer(1)).Forks));
        Assert.Equal(2 * Formula.One, counted.Of(SwarmLog.Peer(1)).Bad);
        // Nothing of that link counts any more.
        var bytes = counted.Of(SwarmLog.Peer(0)).Bytes;
        log.File(0, log.Receipt(0, 1, minute.Skip(20), period: 9));
        Assert.Equal(bytes, log.Count().Of(SwarmLog.Peer(0)).Bytes);
    }

    [Fact]
    public void A_conviction_takes_all_standing_until_it_is_pardoned_and_then_some_is_owed()
    {
        var log = Busy(2);
        var good = log.Count().Of(SwarmLog.Peer(0));
        Assert.True(good.Score > 0);
        log.Say("peer-convicted", 0);
        Assert.Equal((0, Band.Banned, 1), (log.Count().Of(SwarmLog.Peer(0)).Score, log.Count().Of(SwarmLog.Peer(0)).Band, log.Count().Of(SwarmLog.Peer(0)).Convictions));
        log.Say("peer-pardoned", 0);
        log.Say("peer-pardoned", 0);
        var pardoned = log.Count().Of(SwarmLog.Peer(0));
        Assert.Equal(8 * Formula.One, pardoned.Bad);
        Assert.True(pardoned.Score < good.Score);
        log.Say("peer-banned", 0);
        Assert.Equal(Band.Banned, log.Count().Of(SwarmLog.Peer(0)).Band);
        log.Say("peer-unbanned", 0);
        Assert.Equal(pardoned.Score, log.Count().Of(SwarmLog.Peer(0)).Score);
    }

    [Fact]
    public void A_newer_formula_stops_who_does_not_have_it() => Assert.Throws<FormulaUnknownException>(
        static () => new ReputationFold().Take(0, "reputation-formula-adopted", DateTimeOffset.UnixEpoch, "{\"version\":2}"u8.ToArray()));

    private static SwarmLog Busy(int number)
    {
        var (log, random) = (new SwarmLog(number), new Random(number));
        for (var minute = 0; minute < 6; minute++)
        {
            for (var peer = 0; peer < 8; peer++)
            {
                log.Admit(peer);
            }

            var made = log.Minute();
            for (var n = 0; n < 20; n++)
            {
                var (sender, receiver) = (random.Next(8), random.Next(8));
                if (sender != receiver)
                {
                    log.File(sender, log.Receipt(sender, receiver, made.Where(_ => random.Next(3) == 0).DefaultIfEmpty(made[0])));
                }
            }
        }

        return log;
    }
}
