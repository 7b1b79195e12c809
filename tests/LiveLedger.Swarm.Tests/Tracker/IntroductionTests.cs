using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Swarm.Tests.Tracker;

/// <summary>Who is introduced to whom, how many, and when.</summary>
public sealed class IntroductionTests : InARoom
{
    [Fact]
    public void One_greedy_entitlement_among_five_thousand_learns_no_more_addresses_an_hour_than_is_said()
    {
        var room = new Room(_broadcast, 3, _time);
        for (var n = 0; n < 5000; n++)
        {
            Assert.Null(room.Join(Seat(n).Member));
        }

        // It comes with as many connections as it may, throws everybody out again as soon as it has the address, and always wants more; meanwhile others come and go.
        var learned = new HashSet<string>();
        var greedy = Enumerable.Range(0, Room.MaxOfOne).Select(_ => Seat(-1)).ToList();
        greedy.ForEach(g => Assert.Null(room.Join(g.Member)));
        for (var second = 0; second < 3600; second += 3)
        {
            foreach (var g in greedy)
            {
                foreach (var message in g.Take().Where(static m => m["type"]!.GetValue<string>() == "introduce"))
                {
                    var other = message["peer"]!.GetValue<string>();
                    learned.Add(other);
                    Assert.True(PeerId.TryParse(other, out var id));
                    room.Unlink(g.Member, new Unlink(id, "failed"));
                }

                room.More(g.Member);
            }

            room.Join(Seat(10_000 + second).Member);
            _time.Advance(TimeSpan.FromSeconds(3));
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{learned.Count} addresses in an hour; {Introductions.Burst + Introductions.PerHour} is the bound");
        Assert.InRange(learned.Count, Introductions.Burst, Introductions.Burst + Introductions.PerHour);
    }

    [Fact]
    public void Nobody_has_more_than_sixteen_neighbours_and_everybody_has_some()
    {
        var room = new Room(_broadcast, 3, _time);
        var seats = Enumerable.Range(0, 1000).Select(n => Seat(n)).ToList();
        seats.ForEach(s => Assert.Null(room.Join(s.Member)));

        Assert.All(seats, static s => Assert.InRange(s.Member.Links, 3, Room.MaxLinks));
        // And all are reached from one: a swarm in pieces would fetch a copy for each.
        var reached = new HashSet<PeerId> { seats[0].Member.Id };
        var next = new Queue<Member>([seats[0].Member]);
        while (next.TryDequeue(out var member))
        {
            foreach (var neighbour in member.Neighbours.Values.Where(n => reached.Add(n.Member.Id)))
            {
                next.Enqueue(neighbour.Member);
            }
        }

        Assert.Equal(seats.Count, reached.Count);
    }

    [Fact]
    public void Who_comes_with_eight_connections_has_the_places_of_one()
    {
        var room = new Room(_broadcast, 3, _time);
        for (var n = 0; n < 300; n++)
        {
            Assert.Null(room.Join(Seat(n * 256).Member));
        }

        var ends = Enumerable.Range(0, Room.MaxOfOne).Select(_ => Seat(-1)).ToList();
        ends.ForEach(e => Assert.Null(room.Join(e.Member)));
        Assert.InRange(ends.Sum(static e => e.Member.Links), 8, Room.MaxLinks);
    }

    [Fact]
    public void Who_asks_for_more_by_eight_connections_from_the_next_seat_is_a_newcomers_neighbour_once()
    {
        var met = 0;
        for (var n = 0; n < 20; n++)
        {
            var room = new Room(_broadcast, 3, _time);
            for (var other = 0; other < 40; other++)
            {
                Assert.Null(room.Join(Seat(other * 256).Member));
            }

            var ends = Enumerable.Range(0, Room.MaxOfOne).Select(_ => Seat(-1, "203.0.113.7")).ToList();
            ends.ForEach(e => Assert.Null(room.Join(e.Member)));
            Later(room);
            // Whoever they know they throw out: each has room for who comes from its own network.
            foreach (var end in ends)
            {
                end.Member.Neighbours.Keys.ToList().ForEach(known => room.Unlink(end.Member, new Unlink(known, "failed")));
            }

            var newcomer = Seat(1000 * 256, "203.0.113.8");
            Assert.Null(room.Join(newcomer.Member));
            for (var round = 0; round < 3; round++)
            {
                Later(room);
                ends.ForEach(e => room.More(e.Member));
            }

            Assert.Distinct(newcomer.Member.Neighbours.Values.Select(static x => x.Member.Admission.Peer));
            met += newcomer.Member.Neighbours.Values.Count(x => x.Member.Admission.Peer == ends[0].Member.Admission.Peer);
        }

        Assert.True(met > 0, "nobody met it");
    }

    [Fact]
    public void Who_is_near_is_preferred()
    {
        var room = new Room(_broadcast, 3, _time);
        for (var n = 0; n < 400; n++)
        {
            Assert.Null(room.Join(Seat(n, n < 12 ? "203.0.113.7" : $"10.{n / 200}.{n % 200}.1").Member));
        }

        Later(room);
        var home = Seat(1000, "203.0.113.7");
        Assert.Null(room.Join(home.Member));
        Later(room);
        var near = home.Member.Neighbours.Values.Count(n => home.Member.Place.To(n.Member.Place) == Nearness.Lan);
        Assert.InRange(near, 4, 8);
    }

    [Fact]
    public void Who_has_just_come_meets_four_and_the_others_some_seconds_later()
    {
        var room = new Room(_broadcast, 3, _time);
        var seats = Enumerable.Range(0, 12).Select(n => Seat(n)).ToList();
        seats.ForEach(s => Assert.Null(room.Join(s.Member)));
        Later(room);
        var newcomer = Seat(100);
        Assert.Null(room.Join(newcomer.Member));
        room.More(newcomer.Member);
        Assert.Equal(4, newcomer.Member.Links);
        Later(room);
        Assert.Equal(8, newcomer.Member.Links);
    }

    [Fact]
    public void Who_has_measured_its_links_is_introduced_to_those_that_are_a_short_way_off()
    {
        // Three cities that no address tells apart, some 100 ms from one another, in which everybody has some milliseconds of a line.
        var room = new Room(_broadcast, 3, _time);
        var random = new Random(7);
        (double X, double Y)[] cities = [(0, 0), (110, 0), (40, 90)];
        var spots = Enumerable.Range(0, 300).Select(n => (City: n % 3, Line: 2 + 6 * random.NextDouble(), X: cities[n % 3].X + 4 * random.NextDouble(), Y: cities[n % 3].Y + 4 * random.NextDouble())).ToList();
        var seats = new List<Seated>();
        var spotOf = new Dictionary<PeerId, int>();
        for (var n = 0; n < spots.Count; n++)
        {
            seats.Add(Seat(n * 256));
            spotOf.Add(seats[n].Member.Id, n);
            Assert.Null(room.Join(seats[n].Member));
        }

        double Way(int a, int b) => (spots[a].Line + spots[b].Line + Math.Sqrt(Math.Pow(spots[a].X - spots[b].X, 2) + Math.Pow(spots[a].Y - spots[b].Y, 2))) * (1 + 0.1 * random.NextDouble());
        List<int> Meet(int n)
        {
            var met = new List<int>();
            foreach (var message in seats[n].Take().Where(static m => m["type"]!.GetValue<string>() == "introduce"))
            {
                Assert.True(PeerId.TryParse(message["peer"]!.GetValue<string>(), out var id));
                met.Add(spotOf[id]);
                room.Linked(seats[n].Member, new(id, Way(n, spotOf[id])));
            }

            return met;
        }

        // Links come and go for a while.
        var (near, all) = (0, 0);
        for (var round = 0; round < 24; round++)
        {
            for (var n = 0; n < seats.Count; n++)
            {
                var met = Meet(n);
                if (round >= 12)
                {
                    (near, all) = (near + met.Count(o => spots[o].City == spots[n].City), all + met.Count);
                }

                if (seats[n].Member.Neighbours.Keys.OrderBy(_ => random.Next()).FirstOrDefault() is { } lost && seats[n].Member.Links > 5)
                {
                    room.Unlink(seats[n].Member, new(lost, "left"));
                }

                room.More(seats[n].Member);
            }

            _time.Advance(TimeSpan.FromMinutes(2));
            seats.ForEach(s => room.TryRenew(s.Member, AdmissionOf(spotOf[s.Member.Id] * 256)));
            room.Tick();
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{near} of {all} introductions within a city; by chance a third");
        Assert.InRange(all, 500, int.MaxValue);
        Assert.InRange((double)near / all, 0.55, 0.9);
        // And still some by chance: nothing would come from city to city.
        Assert.InRange(seats.Count(s => s.Member.Neighbours.Keys.Any(o => spots[spotOf[o]].City != spots[spotOf[s.Member.Id]].City)), seats.Count * 8 / 10, seats.Count);
    }

    [Fact]
    public void Who_has_measured_long_ways_alone_hears_at_once_of_some_that_are_near()
    {
        var room = new Room(_broadcast, 3, _time);
        var seats = Enumerable.Range(0, 60).Select(n => Seat(n * 256)).ToList();
        var far = seats.Take(45).Select(static s => s.Member.Id).ToHashSet();
        double Way(PeerId a, PeerId b) => far.Contains(a) == far.Contains(b) ? 10 : 160;
        seats.ForEach(s => Assert.Null(room.Join(s.Member)));
        for (var round = 0; round < 30; round++)
        {
            foreach (var seat in seats)
            {
                foreach (var other in seat.Member.Neighbours.Keys.ToList())
                {
                    room.Linked(seat.Member, new(other, Way(seat.Member.Id, other)));
                }
            }
        }

        Later(room);
        // Everybody has room again.
        seats.ForEach(s => s.Member.Neighbours.Keys.Take(s.Member.Links / 2).ToList().ForEach(other => room.Unlink(s.Member, new(other, "left"))));
        // Whom a newcomer hears of is chance; who has heard of too few that are far goes, and takes nobody's room.
        Seated newcomer;
        for (var number = 100; ; number++)
        {
            Assert.InRange(number, 0, 1000);
            newcomer = Seat(number * 256);
            Assert.Null(room.Join(newcomer.Member));
            if (newcomer.Member.Neighbours.Keys.Count(far.Contains) >= 4)
            {
                break;
            }

            room.Leave(newcomer.Member);
        }

        Later(room);
        // It stands with the fifteen; only its links with others are up.
        newcomer.Take();
        newcomer.Member.Neighbours.Keys.Where(far.Contains).ToList().ForEach(other => room.Linked(newcomer.Member, new(other, 160)));
        var shorter = newcomer.Take().Where(static m => m["type"]!.GetValue<string>() == "introduce").Select(static m => m["peer"]!.GetValue<string>()).ToList();
        Assert.InRange(shorter.Count, 1, 2);
        Assert.DoesNotContain(shorter, id => far.Select(static f => f.ToString()).Contains(id));
    }

    [Fact]
    public void Who_is_linked_with_the_same_relay_is_preferred_unless_most_are()
    {
        var room = new Room(_broadcast, 3, _time);
        var office = Relay("https://office.example");
        Assert.Null(room.Join(office.Member));
        var seats = Enumerable.Range(0, 400).Select(n => Seat(n * 256)).ToList();
        foreach (var (n, seat) in seats.Index())
        {
            Assert.Null(room.Join(seat.Member));
            if (n < 12)
            {
                room.Linked(seat.Member, new(office.Member.Id, null));
            }
        }

        Later(room);
        // Those of the office are full of strangers by now but for the places that are kept for the near: a few leave, as people do.
        seats.Skip(12).Take(100).ToList().ForEach(s => room.Leave(s.Member));
        var newcomer = Seat(1000 * 256);
        Assert.Null(room.Join(newcomer.Member));
        Later(room);
        room.Linked(newcomer.Member, new(office.Member.Id, null));
        newcomer.Member.Neighbours.Keys.Where(id => id != office.Member.Id).ToList().ForEach(id => room.Unlink(newcomer.Member, new(id, "left")));
        room.More(newcomer.Member);
        var colleagues = seats.Take(12).Count(s => newcomer.Member.Find(s.Member.Id) is not null);
        Assert.InRange(colleagues, 4, 8);
    }

    [Fact]
    public void Who_parted_after_an_offence_does_not_meet_again_in_a_room_that_has_forgotten()
    {
        var parted = new List<PeerPseudonym>();
        for (var n = 2; n < 40; n++)
        {
            parted.Add(Seat(n).Member.Admission.Peer);
        }

        var honest = Seat(1, parted: parted);

        // Another process has the room now, or the same one after a restart.
        var room = new Room(_broadcast, 3, _time);
        for (var n = 2; n < 50; n++)
        {
            Assert.Null(room.Join(Seat(n).Member));
        }

        Assert.Null(room.Join(honest.Member));
        Assert.InRange(honest.Member.Links, 1, 10);
        Assert.DoesNotContain(honest.Member.Neighbours.Values, n => parted.Contains(n.Member.Admission.Peer));
        // Nor if the other one comes later.
        Assert.Null(room.Join(Seat(2).Member));
        Assert.DoesNotContain(honest.Member.Neighbours.Values, n => parted.Contains(n.Member.Admission.Peer));
    }

    [Fact]
    public void Who_says_that_it_parted_with_ever_others_takes_no_place_of_what_was_seen()
    {
        var room = new Room(_broadcast, 3, _time);
        for (var n = 0; n < 2000; n++)
        {
            var liar = Seat(1, parted: [.. Enumerable.Range(0, Partings.MaxSaid).Select(m => AdmissionOf(1000 + n * Partings.MaxSaid + m).Peer)]);
            Assert.Null(room.Join(liar.Member));
            room.Leave(liar.Member);
        }

        var seats = Enumerable.Range(2, 3).Select(n => Seat(n)).ToList();
        seats.ForEach(s => Assert.Null(room.Join(s.Member)));
        room.Unlink(seats[0].Member, new(seats[1].Member.Id, "offence"));
        Later(room);
        room.More(seats[0].Member);
        Assert.Equal([seats[2].Member.Id], seats[0].Member.Neighbours.Keys);
    }

    [Fact]
    public void A_large_room_hears_of_a_new_relay_bit_by_bit_and_all_of_it_in_the_end()
    {
        var room = new Room(_broadcast, 3, _time);
        var seats = Enumerable.Range(0, 1000).Select(n => Seat(n)).ToList();
        seats.ForEach(s => Assert.Null(room.Join(s.Member)));
        var relay = Relay("https://edge.example");
        Assert.Null(room.Join(relay.Member));
        int Know() => seats.Count(s => s.Member.Find(relay.Member.Id) is not null);
        Assert.InRange(Know(), 1, 300);
        for (var second = 0; second < 10; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            room.Tick();
        }

        Assert.Equal(1000, Know());
    }

    [Fact]
    public void Private_viewers_make_no_mesh_and_do_not_keep_the_others_apart()
    {
        var room = new Room(_broadcast, 3, _time);
        var (one, other, third) = (Seat(1), Seat(2), Seat(4));
        Assert.Null(room.Join(one.Member));
        Assert.Null(room.Join(other.Member));
        Assert.Null(room.Join(new Seated(AdmissionOf(3) with { IsPrivate = true }, new(null, null)).Member));
        Assert.Equal((0, 0), (one.Member.Links, other.Member.Links));
        Assert.Null(room.Join(third.Member));
        Assert.Equal((2, 2, 2), (one.Member.Links, other.Member.Links, third.Member.Links));
    }

    [Fact]
    public void Two_whose_link_failed_are_introduced_again_after_a_while_and_not_at_once()
    {
        var room = new Room(_broadcast, 2, _time);
        var (one, other) = (Seat(1), Seat(2));
        Assert.Null(room.Join(one.Member));
        Assert.Null(room.Join(other.Member));
        Assert.Equal(1, one.Member.Links);
        room.Unlink(one.Member, new Unlink(other.Member.Id, "failed"));
        _time.Advance(TimeSpan.FromMinutes(1));
        room.More(one.Member);
        Assert.Equal(0, one.Member.Links);
        _time.Advance(TimeSpan.FromMinutes(9.1));
        room.Tick();
        room.More(one.Member);
        Assert.Equal(1, one.Member.Links);
    }
}
