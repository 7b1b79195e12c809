using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Tests.Tracker;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Faults.Attacks.Tracker;

/// <summary>A fifth of a room's members would be all that a newcomer knows: they come from its own network, keep free for whoever comes, or come with many connections each.</summary>
public sealed class Eclipse(AttackTable table) : InARoom
{
    private const int Honest = 240;
    private const int Attackers = 60;
    private const int Newcomers = 100;

    private const string KeepingFree = "eclipse of all new viewers: attackers keep free for them";
    private const string ManyEach = "eclipse of all new viewers: eight connections each";
    private const string Framing = "framing in the tracker: a quarter of the honest is thrown out again and again";

    private static readonly int[] s_seeds = [1, 2, 3, 4, 5];

    private readonly HashSet<PeerPseudonym> _attackers = [];

    [Fact]
    public void Who_comes_from_the_attackers_own_network_meets_others_too()
    {
        var (alone, share) = Surround(Matching.ByChance);
        var (aloneNear, shareNear) = Surround(byChance: 0);
        table.Keep(new("eclipse of one viewer: attackers in its own network", null, "newcomers who know attackers alone after a minute", alone, 0, $"attackers among their neighbours {share:P0}"));
        table.Keep(new("eclipse of one viewer: attackers in its own network", "introduces the nearest alone", "newcomers who know attackers alone after a minute", aloneNear, 0, $"attackers among their neighbours {shareNear:P0}"));
        Assert.InRange(alone, 0, 0.01);
        Assert.InRange(aloneNear, 0.9, 1);
    }

    [Fact]
    public void Who_keeps_free_for_newcomers_is_met_by_them_little_more_than_others_are()
    {
        var asItIs = Over(seed => KeepFree(RoomWith(seed)));
        var emptiest = Over(seed => KeepFree(RoomWith(seed, amongEquals: static m => m.Links)));
        var alone = Over(seed => KeepFree(RoomWith(seed, byChance: 0, amongEquals: static m => m.Links)));
        Keep(KeepingFree, null, asItIs);
        Keep(KeepingFree, "introduces first who has the fewest links", emptiest);
        Keep(KeepingFree, "introduces those alone who have the fewest links", alone);
        Assert.InRange(asItIs.Share, 0.1, 0.33);
        Assert.Equal(0, asItIs.Alone);
        Assert.InRange(emptiest.Share, 0.6, 1);
        Assert.InRange(alone.Alone, 0.3, 1);
    }

    [Fact]
    public void Who_comes_with_eight_connections_is_met_as_one()
    {
        var asItIs = Over(seed => KeepFree(RoomWith(seed), connections: Room.MaxOfOne));
        var counted = Over(seed => KeepFree(RoomWith(seed), connections: Room.MaxOfOne, isRightEach: true));
        Keep(ManyEach, null, asItIs);
        Keep(ManyEach, "counts connections, not rights", counted);
        Assert.InRange(asItIs.Share, 0.1, 0.33);
        Assert.Equal(0, asItIs.Alone);
        Assert.InRange(counted.Share, 0.6, 1);
    }

    [Fact]
    public void Whom_attackers_throw_out_again_and_again_newcomers_meet_as_often_as_others()
    {
        var thrown = new Dictionary<PeerId, int>();
        var asItIs = s_seeds.Average(seed => Frame(RoomWith(seed), static _ => { }));
        var believing = s_seeds.Average(seed => Frame(RoomWith(seed, amongEquals: m => thrown.GetValueOrDefault(m.Id)), id => thrown[id] = thrown.GetValueOrDefault(id) + 1));
        table.Keep(new(Framing, null, "newcomers that each of them meets, for each that another meets", asItIs, 0, "by every word that ends a link"));
        table.Keep(new(Framing, "shuns whose links do not last", "newcomers that each of them meets, for each that another meets", believing, Honest / 4, ""));
        Assert.InRange(asItIs, 0.9, 10);
        Assert.InRange(believing, 0, 0.8);
    }

    private void Keep(string attack, string? lacking, Met met) =>
        table.Keep(new(attack, lacking, "attackers among newcomers' neighbours", met.Share, 0, $"{met.Alone:P1} of newcomers know attackers alone; each attacker met {met.Each:0} in ten minutes"));

    private static Met Over(Func<int, Met> run)
    {
        var runs = s_seeds.Select(run).ToList();
        return new(runs.Average(static r => r.Share), runs.Average(static r => r.Alone), runs.Average(static r => r.Each));
    }

    // Sixty attackers are where the newcomers come from. For a minute each newcomer parts with who gives it nothing, and asks for others.
    private (double Alone, double Share) Surround(int byChance)
    {
        var room = RoomWith(seed: 1, byChance);
        for (var n = 0; n < Attackers; n++)
        {
            Come(room, Seat(1_000_000 + n, $"203.0.113.{n + 1}"), attacks: true);
        }

        Fill(room);
        var (alone, attackers, all) = (0, 0, 0);
        for (var n = 0; n < Newcomers; n++)
        {
            var victim = Seat(2_000_000 + n, "203.0.113.250");
            Come(room, victim, attacks: false);
            Later(room);
            attackers += AttackersOf(victim).Count;
            all += victim.Member.Links;
            for (var round = 0; round < 10; round++)
            {
                AttackersOf(victim).ForEach(a => room.Unlink(victim.Member, new Unlink(a, "failed")));
                room.More(victim.Member);
                Later(room);
            }

            alone += victim.Member.Neighbours.Values.Any(x => !_attackers.Contains(x.Member.Admission.Peer)) ? 0 : 1;
            room.Leave(victim.Member);
            // The attackers' introductions come back.
            _time.Advance(TimeSpan.FromMinutes(30));
            Renew(room);
        }

        return ((double)alone / Newcomers, (double)attackers / all);
    }

    // Attackers throw whoever they know out every few seconds, and so have room when others have none.
    private Met KeepFree(Room room, int connections = 1, bool isRightEach = false)
    {
        var honest = Fill(room);
        var attackers = new List<Seated>();
        for (var n = 0; n < Attackers * connections; n++)
        {
            attackers.Add(Seat((1_000 + (isRightEach ? n : n % Attackers)) * 256));
            Come(room, attackers[n], attacks: true);
        }

        Later(room);
        var (met, alone, of, all) = (0, 0, 0, 0);
        for (var n = 0; n < Newcomers; n++)
        {
            foreach (var attacker in attackers)
            {
                met += attacker.Take().Count(static m => m["type"]!.GetValue<string>() == "introduce");
                attacker.Member.Neighbours.Keys.ToList().ForEach(other => room.Unlink(attacker.Member, new Unlink(other, "left")));
            }

            var newcomer = Seat((10_000 + n) * 256);
            Come(room, newcomer, attacks: false);
            Later(room);
            var known = AttackersOf(newcomer).Count;
            (of, all, alone) = (of + known, all + newcomer.Member.Links, alone + (known == newcomer.Member.Links ? 1 : 0));
            // Who has lost some asks for others, newcomers among them.
            honest.Add(newcomer);
            honest.ForEach(h => room.More(h.Member));
            if (n % 50 == 0)
            {
                Renew(room);
            }
        }

        return new((double)of / all, (double)alone / Newcomers, (double)met / Attackers);
    }

    // Attackers ask for more and more, and throw out those of some honest ones that they get; for each word in turn.
    private double Frame(Room room, Action<PeerId> says)
    {
        var honest = Fill(room);
        var victims = honest.Where(static (_, n) => n % 4 == 0).Select(static h => h.Member.Id).ToHashSet();
        var attackers = Enumerable.Range(0, Attackers).Select(n => Seat((1_000 + n) * 256)).ToList();
        attackers.ForEach(a => Come(room, a, attacks: true));
        Later(room);
        string[] words = ["left", "failed", "slow", "offence"];
        var (metVictims, metOthers, said) = (0, 0, 0);
        for (var n = 0; n < Newcomers; n++)
        {
            foreach (var attacker in attackers)
            {
                foreach (var victim in attacker.Member.Neighbours.Keys.Where(victims.Contains).ToList())
                {
                    says(victim);
                    room.Unlink(attacker.Member, new Unlink(victim, words[said++ % words.Length]));
                }

                room.More(attacker.Member);
            }

            honest.ForEach(h => room.More(h.Member));
            var newcomer = Seat((10_000 + n) * 256);
            Come(room, newcomer, attacks: false);
            Later(room);
            metVictims += newcomer.Member.Neighbours.Keys.Count(victims.Contains);
            metOthers += newcomer.Member.Neighbours.Values.Count(x => !victims.Contains(x.Member.Id) && honest.Exists(h => h.Member == x.Member));
            if (n % 50 == 0)
            {
                Renew(room);
            }
        }

        Assert.All(honest, h => Assert.True(h.Member.Neighbours.Values.Count(x => !_attackers.Contains(x.Member.Admission.Peer)) >= 3));
        return (double)metVictims / victims.Count / ((double)metOthers / (Honest - victims.Count));
    }

    private Room RoomWith(int seed, int byChance = Matching.ByChance, Func<Member, int>? amongEquals = null)
    {
        _attackers.Clear();
        return new(_broadcast, 3, _time, matching: new(3, new(_time), _time, new Random(seed), byChance, amongEquals));
    }

    private List<Seated> Fill(Room room)
    {
        var honest = Enumerable.Range(0, Honest).Select(n => Seat(n * 256)).ToList();
        foreach (var (n, one) in honest.Index())
        {
            Come(room, one, attacks: false);
            // Some at a time: those who come into a room that runs have all their links at once, and so it is fuller than where all come together.
            if (n % 20 == 19)
            {
                Later(room);
            }
        }

        Later(room);
        return honest;
    }

    private void Come(Room room, Seated seat, bool attacks)
    {
        Assert.Null(room.Join(seat.Member));
        if (attacks)
        {
            _attackers.Add(seat.Member.Admission.Peer);
        }
    }

    private List<PeerId> AttackersOf(Seated seat) => [.. seat.Member.Neighbours.Values.Where(n => _attackers.Contains(n.Member.Admission.Peer)).Select(static n => n.Member.Id)];

    private void Renew(Room room)
    {
        foreach (var member in room.Members)
        {
            Assert.True(room.TryRenew(member, member.Admission with { IssuedAt = _time.GetUtcNow(), ExpiresAt = _time.GetUtcNow() + Admission.LongestLife }));
        }

        room.Tick();
    }

    private sealed record Met(double Share, double Alone, double Each);
}
