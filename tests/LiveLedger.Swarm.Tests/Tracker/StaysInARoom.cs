using LiveLedger.Peering.Staying;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Swarm.Tests.Tracker;

/// <summary>What a room writes down of stays: each minute of them, how it went, and nothing that it does not know.</summary>
public sealed class StaysInARoom : InARoom
{
    [Fact]
    public void A_stay_is_looked_at_each_minute_of_its_own_and_who_leaves_has_left_in_the_last()
    {
        var room = new Room(_broadcast, 3, _time);
        var ann = Seat(1);
        room.Join(ann.Member);
        Pass(room, 130);
        room.Leave(ann.Member);

        var looks = room.TakeLooks();
        Assert.Equal([(0.0, 60.0, false), (60.0, 60.0, false), (120.0, 10.0, true)], looks.Select(static l => (l.Facts.Age, l.Seconds, l.HasLeft)));
        Assert.All(looks, l => Assert.Equal(ann.Member.Admission.Peer, l.Peer));
        Assert.Empty(room.TakeLooks());
    }

    [Fact]
    public void Who_is_sent_away_or_there_when_the_process_ends_is_cut_short_and_has_not_left()
    {
        var room = new Room(_broadcast, 3, _time);
        Seated[] three = [Seat(1), Seat(2), Seat(3)];
        Array.ForEach(three, s => room.Join(s.Member));
        Pass(room, 20);
        room.Revoke([three[0].Member.Admission.Peer], _time.GetUtcNow(), "token");
        room.Leave(three[1].Member, ofItself: false);
        room.EndStays();
        // Its socket ends with the process.
        room.Leave(three[2].Member);

        Assert.Equal([(20.0, false), (20.0, false), (20.0, false)], room.TakeLooks().Select(static l => (l.Seconds, l.HasLeft)));
    }

    [Fact]
    public void A_look_knows_what_was_known_when_it_began_and_not_what_came_after()
    {
        var room = new Room(_broadcast, 2, _time);
        var (ann, ben) = (Seat(1), Seat(2));
        room.Join(ann.Member);
        room.Join(ben.Member);
        room.Sealed(new(_broadcast, _track, 0, 1, 1));
        Pass(room, 30);
        room.Linked(ann.Member, new(ben.Member.Id, 40));
        room.Says(ann.Member, new(1000, 2000, 3000, 500, 0, 2, 100, null));
        room.Plays(ann.Member, [_track], isSharing: false);
        Pass(room, 31);
        room.Says(ann.Member, new(1100, 2000, 3000, 900, 0, 2, 100, null));
        Pass(room, 60);

        var looks = room.TakeLooks().Where(l => l.Peer == ann.Member.Admission.Peer).ToList();
        Assert.Equal(2, looks.Count);
        var (first, second) = (looks[0], looks[1]);
        Assert.Equal((0, null, true, 0L, 0L), (first.Facts.Links, first.Facts.Rtt, first.Facts.IsSharing, first.Facts.Stalls, first.Facts.Sent));
        Assert.Equal((500L, 6000L), (first.SentThen, first.ReceivedThen));
        Assert.Equal((1, 40.0, false, 2L, 500L), (second.Facts.Links, second.Facts.Rtt, second.Facts.IsSharing, second.Facts.Stalls, second.Facts.Sent));
        Assert.Equal((400L, 100L), (second.SentThen, second.ReceivedThen));
        // No segment for a minute: it stands still by then.
        Assert.Equal((StreamPhase.Still, 2), (second.Facts.Phase, second.Facts.Viewers));
    }

    [Fact]
    public void Visits_are_earlier_stays_of_the_same_pseudonym()
    {
        var room = new Room(_broadcast, 3, _time);
        for (var visit = 0; visit < 3; visit++)
        {
            var ann = Seat(1);
            room.Join(ann.Member);
            Pass(room, 5);
            room.Leave(ann.Member);
        }

        Assert.Equal([0, 1, 2], room.TakeLooks().Select(static l => l.Facts.Visits));
    }

    [Fact]
    public void In_a_large_room_some_are_followed_and_an_event_never_holds_more_than_a_thousand_looks()
    {
        var room = new Room(_broadcast, int.MaxValue, _time);
        var there = new List<Seated>();
        var (left, followed) = (0, 0);
        for (var minute = 0; minute < 6; minute++)
        {
            for (var n = 0; n < 1500; n++)
            {
                there.Add(Seat(10_000 * (minute + 1) + n));
                room.Join(there[^1].Member);
            }

            Pass(room, 60);
            // Each fifth leaves at once, each minute.
            foreach (var gone in there.Where(static (_, n) => n % 5 == 0).ToList())
            {
                room.Leave(gone.Member);
                there.Remove(gone);
            }

            var looks = room.TakeLooks();
            Assert.InRange(looks.Count, 1, SessionLooks.MaxLooks);
            left += looks.Count(static l => l.HasLeft);
            followed += looks.Count;
        }

        // By lot, and not by who stays: every look is followed by one of leaving as often as in the whole room.
        Assert.InRange(left / (double)followed, 0.05, 0.25);
    }

    [Fact]
    public void A_room_is_not_cleared_away_before_its_looks_are_taken()
    {
        var room = new Room(_broadcast, 3, _time);
        var ann = Seat(1);
        room.Join(ann.Member);
        room.Leave(ann.Member);
        Assert.False(room.IsEmpty);
        room.TakeLooks();
        Assert.True(room.IsEmpty);
    }

    private static readonly LiveLedger.Media.TrackName _track = LiveLedger.Media.TrackName.TryParse("v", out var track) ? track : default;

    private void Pass(Room room, int seconds)
    {
        for (var n = 0; n < seconds; n++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            room.Tick();
        }
    }
}
