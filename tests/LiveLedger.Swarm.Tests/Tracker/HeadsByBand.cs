using LiveLedger.Media;
using LiveLedger.Peering.Reputation;
using LiveLedger.Swarm.Staying;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Swarm.Tests.Tracker;

/// <summary>Who has served before brings the stream in; newcomers do where there are not enough others, and nobody does it alone.</summary>
public sealed class HeadsByBand : InARoom
{
    private static readonly TrackName s_track = TrackName.TryParse("v", out var track) ? track : default;

    private uint _sequence;

    [Fact]
    public void Newcomers_are_no_heads_while_there_are_enough_others()
    {
        var (room, members) = Crowd(known: 3, proven: 2);
        for (var segment = 0; segment < 40; segment++)
        {
            var heads = Heads(room, members);
            Assert.Equal(5, heads.Count);
            Assert.All(heads, static h => Assert.NotEqual(Band.New, h.Member.Admission.Band));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Where_there_are_few_others_newcomers_fill_up_so_that_nobody_is_the_only_head(int known)
    {
        var (room, members) = Crowd(known, proven: 0);
        for (var segment = 0; segment < 20; segment++)
        {
            var heads = Heads(room, members);
            Assert.Equal(8, heads.Count);
            Assert.Equal(known, heads.Count(static h => h.Member.Admission.Band == Band.Known));
        }
    }

    [Fact]
    public void Of_equals_the_proven_come_first_and_take_turns()
    {
        var (room, members) = Crowd(known: 6, proven: 10);
        var seen = new HashSet<Seated>();
        for (var segment = 0; segment < 100; segment++)
        {
            var heads = Heads(room, members);
            Assert.Equal(8, heads.Count);
            Assert.All(heads, static h => Assert.Equal(Band.Proven, h.Member.Admission.Band));
            seen.UnionWith(heads);
        }

        Assert.Equal(10, seen.Count);
    }

    private (Room Room, List<Seated> Members) Crowd(int known, int proven)
    {
        var room = new Room(_broadcast, 3, _time, new StayingInForce());
        List<Seated> members = [.. Enumerable.Range(0, 20).Select(n => Seat(n + 1))];
        for (var n = 0; n < members.Count; n++)
        {
            var member = members[n].Member;
            member.Admission = member.Admission with { Band = n < known ? Band.Known : n < known + proven ? Band.Proven : Band.New };
            room.Join(member);
        }

        members.ForEach(m => room.Plays(m.Member, [s_track], isSharing: true));
        Later(room);
        return (room, members);
    }

    private List<Seated> Heads(Room room, List<Seated> members)
    {
        members.ForEach(static m => m.Take());
        room.Sealed(new(_broadcast, s_track, 0, ++_sequence, 32));
        return [.. members.Where(static m => m.Take().Any(static t => t["type"]!.GetValue<string>() == "stripe"))];
    }
}
