using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Swarm.Tracker;

namespace LiveLedger.Swarm.Tests.Tracker;

/// <summary>What a room tells whom, with thousands in it and under a clock that a test moves on.</summary>
public sealed class RoomTests : InARoom
{
    [Fact]
    public void One_right_has_eight_members_at_most_and_takes_no_place_of_anybody_elses()
    {
        var room = new Room(_broadcast, 3, _time);
        var seats = Enumerable.Range(0, Room.MaxOfOne).Select(_ => Seat(1)).ToList();
        seats.ForEach(s => Assert.Null(room.Join(s.Member)));
        Assert.Equal("too-many", room.Join(Seat(1).Member));
        Assert.Null(room.Join(Seat(2).Member));
        Assert.Equal(Room.MaxOfOne + 1, room.Viewers);
        room.Leave(seats[0].Member);
        room.Leave(seats[0].Member);
        Assert.Null(room.Join(Seat(1).Member));
        Assert.Equal("too-many", room.Join(Seat(1).Member));
    }

    [Fact]
    public void An_admission_that_has_ended_ends_the_membership()
    {
        var room = new Room(_broadcast, 3, _time);
        var (ended, renewed) = (Seat(1), Seat(2));
        Assert.Null(room.Join(ended.Member));
        Assert.Null(room.Join(renewed.Member));
        _time.Advance(TimeSpan.FromMinutes(9));
        Assert.True(room.TryRenew(renewed.Member, AdmissionOf(2)));
        _time.Advance(TimeSpan.FromMinutes(1.6));
        room.Tick();
        Assert.Equal("expired", ended.Dismissed);
        Assert.Null(renewed.Dismissed);
    }

    [Fact]
    public void A_revocation_voids_what_was_issued_before_it_and_nothing_after_and_is_forgotten_when_it_can_void_nothing()
    {
        var room = new Room(_broadcast, 3, _time);
        var old = Seat(1);
        room.Revoke([old.Member.Admission.Peer], _time.GetUtcNow(), "token");
        Assert.Equal("revoked", room.Join(old.Member));
        Assert.False(room.IsEmpty);

        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(room.Join(Seat(1).Member));
        var other = Seat(2);
        Assert.Null(room.Join(other.Member));
        Assert.Contains(other.Take(), static m => m["type"]!.GetValue<string>() == "revoked");

        _time.Advance(TimeSpan.FromMinutes(11.1));
        room.Tick();
        var late = Seat(3);
        Assert.Null(room.Join(late.Member));
        Assert.DoesNotContain(late.Take(), static m => m["type"]!.GetValue<string>() == "revoked");
    }

    [Fact]
    public void Who_was_sent_away_is_introduced_to_nobody_however_it_asks_while_its_socket_ends()
    {
        var room = new Room(_broadcast, 3, _time);
        var seats = Enumerable.Range(0, 6).Select(n => Seat(n)).ToList();
        seats.ForEach(s => Assert.Null(room.Join(s.Member)));
        var revoked = seats[0];
        room.Revoke([revoked.Member.Admission.Peer], _time.GetUtcNow(), "token");
        Assert.Equal("revoked", revoked.Dismissed);
        seats.ForEach(static s => s.Take());

        foreach (var other in seats.Skip(1))
        {
            room.Unlink(revoked.Member, new Unlink(other.Member.Id, "left"));
            room.Pass(revoked.Member, new Signal(other.Member.Id, "offer", "v=0"));
        }

        room.More(revoked.Member);
        Assert.All(seats, static s => Assert.Empty(s.Take()));
    }

    [Fact]
    public void A_newcomer_is_told_of_some_revocations_however_many_there_were()
    {
        var room = new Room(_broadcast, 3, _time);
        for (var n = 0; n < 1000; n++)
        {
            room.Revoke([AdmissionOf(n).Peer], _time.GetUtcNow(), $"token {n}");
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        var late = Seat(5000);
        Assert.Null(room.Join(late.Member));
        var told = late.Take().Where(static m => m["type"]!.GetValue<string>() == "revoked").Select(static m => m["token"]!.GetValue<string>()).ToList();
        Assert.InRange(told.Count, 1, 64);
        Assert.Contains("token 999", told);
    }

    [Fact]
    public void Signals_to_one_neighbour_are_bounded()
    {
        var room = new Room(_broadcast, 2, _time);
        var (one, other) = (Seat(1), Seat(2));
        Assert.Null(room.Join(one.Member));
        Assert.Null(room.Join(other.Member));
        for (var n = 0; n < 200; n++)
        {
            room.Pass(one.Member, new Signal(other.Member.Id, "candidate", "x"));
        }

        Assert.Equal(Neighbour.MaxSignals, other.Take().Count(static m => m["type"]!.GetValue<string>() == "signal"));
    }

    [Fact]
    public void Heads_change_from_segment_to_segment_and_each_is_one_about_as_often()
    {
        var room = new Room(_broadcast, 3, _time);
        TrackName.TryParse("0", out var track);
        var seats = Enumerable.Range(0, 60).Select(n => Seat(n)).ToList();
        foreach (var seat in seats)
        {
            Assert.Null(room.Join(seat.Member));
            room.Plays(seat.Member, [track], isSharing: true);
            seat.Take();
        }

        for (uint n = 0; n < 300; n++)
        {
            room.Sealed(new(_broadcast, track, 0, n, 32));
        }

        var dealt = seats.Select(static s => s.Take().Count(static m => m["type"]!.GetValue<string>() == "stripe")).ToList();
        // 300 segments, 8 heads each, among 60: 40 for each, give or take.
        Assert.Equal(2400, dealt.Sum());
        Assert.InRange(dealt.Min(), 15, 40);
        Assert.InRange(dealt.Max(), 40, 70);
    }
}
