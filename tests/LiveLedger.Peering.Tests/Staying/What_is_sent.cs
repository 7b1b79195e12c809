using LiveLedger.Cryptography;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Staying;

namespace LiveLedger.Peering.Tests.Staying;

/// <summary>What is learned of uplinks: what was put in, also where some say what cannot be; and nothing where "as before" is as good.</summary>
public sealed class What_is_sent
{
    private static readonly BroadcastId s_broadcast = new(Guid.CreateVersion7());

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void An_uplink_that_follows_from_links_is_found_though_one_in_ten_lies(double liars)
    {
        var random = new Random(4);
        var history = Enumerable.Range(0, 8000).Select(n => Said(random, n, links => liars > random.NextDouble() ? 1L << 50 : (long)(40_000.0 * 60 * links * Math.Exp(0.3 * (random.NextDouble() - 0.5)))));
        var uplink = StayTraining.Train(history, isSimulated: true).Uplink!;

        Assert.True(uplink.IsOn);
        // Twice the links, nearly twice the logarithm's worth: the slope per unit of ln(1 + links) is near 1 where there are some.
        Assert.InRange(uplink.Line.Find("links")!.PerUnit, 0.9, 1.4);
        Assert.True(uplink.Error < 0.2, $"off by {uplink.Error}");
    }

    [Fact]
    public void Where_nothing_tells_more_than_what_was_sent_before_it_is_off()
    {
        var random = new Random(5);
        // Each sends at a rate of its own, always.
        var history = Enumerable.Range(0, 8000).Select(n =>
        {
            var (_, look) = Said(random, n, static _ => 0);
            var rate = 1000 * Math.Exp(4 * random.NextDouble());
            return (s_broadcast, look with { Facts = look.Facts with { Sent = (long)(rate * look.Facts.Age) }, SentThen = (long)(rate * look.Seconds) });
        });
        Assert.False(StayTraining.Train(history, isSimulated: true).Uplink!.IsOn);
    }

    private static (BroadcastId, Look) Said(Random random, int n, Func<int, long> sends)
    {
        var at = 1_767_225_600_000 + n * 10_000L;
        var links = random.Next(1, 13);
        var facts = new StayFacts
        {
            At = at,
            JoinedAt = at - random.Next(60, 3000) * 1000L,
            Links = links,
            Rtt = 40,
            IsSharing = true,
            HasRegion = false,
            Visits = 0,
            Stalls = 0,
            Sent = 0,
            Viewers = 10,
            Slope = 0,
            Phase = StreamPhase.Running,
        };
        return (s_broadcast, new(new(new Bytes32([.. BitConverter.GetBytes(n), .. new byte[28]])), PeerRole.Viewer, facts, 60, false, sends(links), 0));
    }
}
