using LiveLedger.Media;
using LiveLedger.Peering.Reputation;
using LiveLedger.Peering.Staying;
using LiveLedger.Swarm.Staying;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Swarm.Tests.Tracker;

/// <summary>Whom a room makes heads: with a model, the half that is likelier to stay, by lot; without one, or with one that is switched off, all by lot.</summary>
public sealed class SteadyHeads : InARoom
{
    private static readonly TrackName s_track = TrackName.TryParse("v", out var track) ? track : default;

    private readonly StayingInForce _inForce = new();
    private uint _sequence;

    [Fact]
    public void With_a_model_heads_are_of_the_half_that_is_likelier_to_stay()
    {
        var (room, members) = Crowd();
        Adopt(1, Model("visits", -1));
        Pass(room);

        // Those who have been here before stay, says the model: of 12 these are four, and two of the others whom nothing tells apart.
        Assert.Equal(6, members.Count(static m => m.Member.IsSteady));
        Assert.All(members, m => Assert.True(m.Member.Visits == 0 || m.Member.IsSteady));
        for (var segment = 0; segment < 40; segment++)
        {
            Assert.All(Heads(room, members, chunks: 16), static h => Assert.True(h.Member.IsSteady));
        }

        // More heads than half: the others fill up.
        Assert.Equal(6, Heads(room, members, chunks: 32).Count(static h => h.Member.IsSteady));
    }

    [Fact]
    public void Without_a_model_and_with_one_that_is_switched_off_everybody_is_a_head_sooner_or_later()
    {
        var (room, members) = Crowd();
        AllAreHeads();
        Adopt(1, Model("visits", -1));
        Pass(room);
        Adopt(2, Model("visits", -1) with { IsOn = false, Reason = "off" });
        Pass(room);
        AllAreHeads();

        void AllAreHeads()
        {
            var heads = new HashSet<Seated>();
            for (var segment = 0; segment < 200; segment++)
            {
                heads.UnionWith(Heads(room, members, chunks: 16));
            }

            Assert.Equal(12, heads.Count);
        }
    }

    [Fact]
    public void Who_is_expected_to_send_next_to_nothing_is_not_steady_however_long_it_stays()
    {
        var (room, members) = Crowd();
        foreach (var member in members.Skip(1))
        {
            room.Says(member.Member, new(0, 0, 0, 100_000_000, 0, 0, 0, null));
        }

        // The longest visitor says that it has sent nothing.
        Adopt(1, Model("visits", -1) with { Uplink = new(true, 0.1, 0.2, new(0, [new("sent", 0, 1, 1, 0.01)])) });
        Pass(room);
        Assert.False(members[0].Member.IsSteady);
        Assert.True(members[1].Member.IsSteady);
    }

    [Fact]
    public void Standing_comes_first_and_who_stays_among_those_who_have_it()
    {
        var (room, members) = Crowd();
        // Of the four that stay three are newcomers by their service; of the six that are known one has been here before.
        foreach (var member in members.Skip(3).Take(6))
        {
            member.Member.Admission = member.Member.Admission with { Band = Band.Known };
        }

        Adopt(1, Model("visits", -1));
        Pass(room);
        for (var segment = 0; segment < 40; segment++)
        {
            var heads = Heads(room, members, chunks: 16);
            Assert.All(heads, static h => Assert.Equal(Band.Known, h.Member.Admission.Band));
            Assert.Contains(members[3], heads);
        }
    }

    [Fact]
    public void An_older_version_never_takes_the_place_of_a_newer_one()
    {
        Adopt(2, Model("visits", -1));
        Adopt(1, Model("age", -1));
        Assert.Equal("visits", _inForce.Model!.Leaving!.Terms[0].Name);
    }

    private static StayingModel Model(string feature, double coefficient) => new()
    {
        IsOn = true,
        Reason = "by hand",
        IsSimulated = false,
        Training = new(0, 1, 2, 1000, 1000, 1000),
        HeldOut = new(1000, 100, 0.9, 0.7, 0.1, 0.3, 100, 5, 10, 20),
        Leaving = new(0, [new(feature, 0, 1, coefficient, 0.1)]),
        Uplink = null,
    };

    private void Adopt(long version, StayingModel model) => _inForce.Take(new(version, _time.GetUtcNow(), model));

    // Twelve in one room, each linked; the first four have been here before, the first of them most often.
    private (Room Room, List<Seated> Members) Crowd()
    {
        var room = new Room(_broadcast, 3, _time, _inForce);
        for (var visit = 3; visit > 0; visit--)
        {
            foreach (var before in Enumerable.Range(0, 4).Where(n => visit == 1 || n == 0).Select(n => Seat(n + 1)).ToList())
            {
                room.Join(before.Member);
                room.Leave(before.Member);
            }
        }

        List<Seated> members = [.. Enumerable.Range(0, 12).Select(n => Seat(n + 1))];
        members.ForEach(m => room.Join(m.Member));
        members.ForEach(m => room.Plays(m.Member, [s_track], isSharing: true));
        Later(room);
        return (room, members);
    }

    private void Pass(Room room)
    {
        _time.Advance(TimeSpan.FromSeconds(5));
        room.Tick();
    }

    private List<Seated> Heads(Room room, List<Seated> members, int chunks)
    {
        members.ForEach(static m => m.Take());
        room.Sealed(new(_broadcast, s_track, 0, ++_sequence, chunks));
        return [.. members.Where(static m => m.Take().Any(static t => t["type"]!.GetValue<string>() == "stripe"))];
    }
}
