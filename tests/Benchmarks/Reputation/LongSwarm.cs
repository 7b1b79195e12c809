using LiveLedger.Peering.Reputation;
using LiveLedger.Peering.Tests.Reputation;

namespace LiveLedger.Benchmarks.Reputation;

/// <summary>A long night of one swarm as log: 40 peers, renewed admissions, segments and receipts.</summary>
internal static class LongSwarm
{
    private const int Peers = 40;
    private const int KeptEvery = 7_919;

    public static SwarmLog Make(int number, int events)
    {
        var (log, random) = (new SwarmLog(number), new Random(number));
        while (log.Lines.Count < events)
        {
            for (var peer = 0; peer < Peers; peer++)
            {
                log.Admit(peer);
            }

            var made = log.Minute(videoBytes: 300_000);
            for (var n = 0; n < 2 * Peers; n++)
            {
                var (sender, other) = (random.Next(Peers), random.Next(1, Peers));
                log.File(sender, log.Receipt(sender, (sender + other) % Peers, made.Skip(random.Next(20)).Take(8)));
            }
        }

        log.Lines.RemoveRange(events, log.Lines.Count - events);
        return log;
    }

    /// <summary>The same, each minute of it recorded at once: so a million events are some thousands of appends.</summary>
    public static SwarmLog ByMinute(int number, int events)
    {
        var log = Make(number, events);
        for (var n = 0; n < log.Lines.Count; n++)
        {
            log.Lines[n] = log.Lines[n] with { At = DateTimeOffset.FromUnixTimeSeconds(log.Lines[n].At.ToUnixTimeSeconds() / 60 * 60) };
        }

        return log;
    }

    /// <summary>True if counts on all cores at once, whose state is kept and read back on the way, come to the same bytes.</summary>
    public static bool IsSameInParts(SwarmLog log, BroadcastReputation once)
    {
        var expected = KeptReputation.Write(once);
        var same = 0;
        Parallel.For(0, Environment.ProcessorCount, core =>
        {
            var fold = new ReputationFold();
            for (var n = 0; n < log.Lines.Count; n++)
            {
                var line = log.Lines[n];
                fold.Take((ulong)n, line.Type, line.At, line.Payload);
                if ((n + core) % KeptEvery == KeptEvery - 1)
                {
                    fold.Restore(log.Broadcast, KeptReputation.Read(KeptReputation.Write(fold.Broadcasts[log.Broadcast]))!);
                }
            }

            Interlocked.Add(ref same, KeptReputation.Write(fold.Broadcasts[log.Broadcast]).AsSpan().SequenceEqual(expected) ? 1 : 0);
        });
        return same == Environment.ProcessorCount;
    }
}
