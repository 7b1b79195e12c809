using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Reputation;

namespace LiveLedger.Peering.Tests.Reputation;

public sealed class Clusters_that_praise_one_another(ITestOutputHelper output)
{
    private const int Peers = 50;
    private const int Colluders = 10;
    private const int Minutes = 25;

    [Theory]
    [InlineData("each praises all others")]
    [InlineData("all praise one")]
    [InlineData("each praises the next")]
    public void A_fifth_of_colluders_gain_no_more_than_their_members_own_shares(string how)
    {
        var counted = Swarm(how).Count();
        var cluster = Enumerable.Range(0, Colluders).Sum(n => counted.Of(SwarmLog.Peer(n)).Good);

        // What the members' shares come to if each gives one whole share each epoch, and nothing is lost by any cap.
        var fair = 0L;
        for (var n = 0; n < Minutes; n++)
        {
            fair = fair * 15 / 16 + Colluders * 4 * Formula.One;
        }

        output.WriteLine($"{how}: cluster {cluster / (double)Formula.One:0.00}, its members' shares {fair / (double)Formula.One:0.00}");
        Assert.True(cluster <= fair * 101 / 100, $"{cluster} of {fair}");
        Assert.True(cluster > 0);
    }

    [Fact]
    public void What_they_claim_takes_nothing_from_anybody_else()
    {
        var (honest, beside) = (Swarm("not at all").Count(), Swarm("each praises all others").Count());
        for (var peer = Colluders; peer < Peers; peer++)
        {
            Assert.Equal(honest.Of(SwarmLog.Peer(peer)).Score, beside.Of(SwarmLog.Peer(peer)).Score);
        }

        Assert.True(honest.Standings.Count(static s => s.Standing.Band == Band.Proven) >= Peers - Colluders);
    }

    // The honest take each minute from four others; colluders sign for one another that all renditions came whole, from each, over several links.
    private static SwarmLog Swarm(string how)
    {
        var log = new SwarmLog();
        for (var minute = 0; minute < Minutes; minute++)
        {
            for (var peer = 0; peer < Peers; peer++)
            {
                log.Admit(peer);
            }

            var all = new List<(SegmentName Segment, int Chunks)>();
            var made = log.Minute(videoBytes: 300_000, otherRenditions: all);
            all.AddRange(made);
            for (var receiver = Colluders; receiver < Peers; receiver++)
            {
                for (var n = 0; n < 4; n++)
                {
                    var sender = Colluders + (receiver - Colluders + 1 + n * 7) % (Peers - Colluders);
                    log.File(sender, log.Receipt(sender, receiver, made.Where((_, i) => i / 2 % 4 == n)));
                }
            }

            for (var receiver = 0; receiver < Colluders; receiver++)
            {
                for (var sender = 0; sender < Colluders; sender++)
                {
                    if (sender != receiver && (how == "each praises all others" || (how == "all praise one" && sender == 0) || (how == "each praises the next" && sender == (receiver + 1) % Colluders)))
                    {
                        log.File(sender, log.Receipt(sender, receiver, all.Select(static m => (m.Segment, 4096)), link: 1), log.Receipt(sender, receiver, all.Select(static m => (m.Segment, 4096)), link: 2));
                    }
                }
            }
        }

        return log;
    }
}
