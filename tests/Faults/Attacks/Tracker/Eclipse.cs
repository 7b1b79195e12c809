using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Tests.Tracker;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Faults.Attacks.Tracker;

/// <summary>A fifth of a room's members would be all that a newcomer knows: they come from its own network, or keep free for whoever comes.</summary>
public sealed class Eclipse(AttackTable table) : InARoom
{
    private const int Honest = 240;
    private const int Attackers = 60;
    private const int Newcomers = 100;

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
    public void Who_keeps_free_for_newcomers_is_not_all_that_they_meet()
    {
        var bounded = KeepFree(Matching.ByChance);
        var boundless = KeepFree(byChance: 0);
        table.Keep(new("eclipse of all new viewers: attackers keep free for them", null, "newcomers who know attackers alone", bounded.Alone, 0, $"attackers among their neighbours {bounded.Share:P0}; each attacker met {bounded.Met:0} in ten minutes"));
        table.Keep(new("eclipse of all new viewers: attackers keep free for them", "introduces who has room alone", "newcomers who know attackers alone", boundless.Alone, 0, $"attackers among their neighbours {boundless.Share:P0}; each attacker met {boundless.Met:0} in ten minutes"));
        // A hundred newcomers, by chance: it was 2 to 4 of them.
        Assert.InRange(bounded.Alone, 0, 0.12);
        Assert.InRange(boundless.Alone, 0.3, 1);
    }

    // Sixty attackers are where the newcomers come from. For a minute each newcomer parts with who gives it nothing, and asks for others.
    private (double Alone, double Share) Surround(int byChance)
    {
        var room = RoomWith(new(_time), byChance);
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
    private (double Share, double Alone, double Met) KeepFree(int byChance)
    {
        var room = RoomWith(new(_time), byChance);
        Fill(room);
        var attackers = new List<Seated>();
        for (var n = 0; n < Attackers; n++)
        {
            attackers.Add(Seat((1_000 + n) * 256));
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
        }

        return ((double)of / all, (double)alone / Newcomers, (double)met / Attackers);
    }

    private Room RoomWith(Introductions budget, int byChance) => new(_broadcast, 3, _time, matching: new(3, budget, _time, byChance));

    private void Fill(Room room)
    {
        for (var n = 0; n < Honest; n++)
        {
            Come(room, Seat(n * 256), attacks: false);
        }

        Later(room);
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
}
