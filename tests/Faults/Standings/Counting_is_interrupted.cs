using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Tests.Reputation;

namespace LiveLedger.Faults.Standings;

/// <summary>What a peer has earned is of the log alone: not of when it is counted, by how many, or how often they die over it. `bench reputation` does it with a million events.</summary>
public sealed class Counting_is_interrupted
{
    private const int Minutes = 8;
    private const int Peers = 12;

    [Fact]
    public async Task However_the_log_is_counted_every_row_is_the_same()
    {
        await using var replay = await StandingReplay.StartAsync();
        await replay.AppendAsync(SwarmOf(1));
        await replay.AppendAsync(SwarmOf(2));
        Assert.True(replay.Events > 2000, $"{replay.Events} events");
        Assert.Contains(SwarmOf(1).Lines, static line => line.Type == "receipt-forked");

        var random = new Random(6);
        var once = await replay.CountAsync(every: 1_000_000, processes: 1, kills: 0, random);
        Assert.True(await replay.IsWhatTheFormulaSaysAsync());
        Assert.Equal(once, await replay.CountAsync(every: 97, processes: 1, kills: 0, random));
        Assert.Equal(once, await replay.CountAsync(every: 389, processes: 3, kills: 8, random));
        Assert.True(await replay.IsWhatTheFormulaSaysAsync());
    }

    // Busy, then quiet for so long that everything is forgotten, then busy again; with forks, convictions, pardons and bans.
    private static SwarmLog SwarmOf(int number)
    {
        var (log, random) = (new SwarmLog(number), new Random(number));
        for (var minute = 0; minute < Minutes; minute++)
        {
            Busy(log, random);
            if (minute == Minutes / 2)
            {
                for (var quiet = 0; quiet < 100; quiet++, log.Now = log.Now.AddMinutes(1))
                {
                    log.Segment("0", 200_000);
                }
            }
        }

        return log;
    }

    private static void Busy(SwarmLog log, Random random)
    {
        for (var peer = 0; peer < Peers; peer++)
        {
            log.Admit(peer);
        }

        var made = log.Minute();
        for (var n = 0; n < 8 * Peers; n++)
        {
            var (sender, receiver) = Two(random);
            log.File(sender, log.Receipt(sender, receiver, made.Skip(random.Next(20)).Take(8)));
        }

        var (forked, forker) = Two(random);
        var first = log.Receipt(forked, forker, made.Take(3), link: 1);
        var second = SignedReceipt.Sign(first.Receipt with { TotalBytes = first.Receipt.TotalBytes + 1 }, log.Key(forker));
        log.File(forked, first);
        log.File(forked, second);
        if (random.Next(2) == 0)
        {
            log.Fork(ReceiptFork.Between(first, second)!);
        }

        foreach (var type in (string[])["peer-banned", "peer-convicted", "peer-unbanned", "peer-pardoned"])
        {
            log.Say(type, random.Next(Peers));
        }
    }

    private static (int Sender, int Receiver) Two(Random random)
    {
        var (sender, other) = (random.Next(Peers), random.Next(1, Peers));
        return (sender, (sender + other) % Peers);
    }
}
