using LiveLedger.Licensing.Offers;
using LiveLedger.Licensing.Playbacks;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Tests.Playbacks;

public sealed class OpenPlaybacksTests
{
    private readonly SettableTime _time = new();

    [Fact]
    public void A_playback_is_open_and_counted_as_long_as_it_is_renewed()
    {
        var open = new OpenPlaybacks(_time);
        var playback = Playback(BroadcastId.New(_time));
        open.Open(playback);

        for (var renewal = 1; renewal < 10; renewal++)
        {
            _time.Now += TimeSpan.FromSeconds(30);
            Assert.Same(playback, open.Find(playback.Session));
            Assert.Equal(renewal, playback.Renew(_time.GetTimestamp()));
            Assert.Equal(1, open.Count(playback.Broadcast));
        }

        _time.Now += OpenPlaybacks.Lease;
        Assert.Null(open.Find(playback.Session));
        Assert.Equal(0, open.Count(playback.Broadcast));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_playback_ends_by_its_own_silence_however_the_clock_is_set(int days)
    {
        var open = new OpenPlaybacks(_time);
        var playback = Playback(BroadcastId.New(_time));
        open.Open(playback);
        _time.Set = TimeSpan.FromDays(days);
        Assert.Same(playback, open.Find(playback.Session));
        _time.Now += OpenPlaybacks.Lease;
        Assert.Null(open.Find(playback.Session));
        Assert.Equal(0, open.Count(playback.Broadcast));
    }

    [Fact]
    public void Each_broadcast_counts_its_own()
    {
        var open = new OpenPlaybacks(_time);
        var (one, two) = (BroadcastId.New(_time), BroadcastId.New(_time));
        var closed = Playback(one);
        open.Open(Playback(one));
        open.Open(closed);
        open.Open(Playback(two));
        open.Close(closed);

        Assert.Equal((1, 1, 0), (open.Count(one), open.Count(two), open.Count(BroadcastId.New(_time))));
    }

    [Fact]
    public void A_lease_is_written_down_when_a_third_of_it_is_gone_and_only_where_playbacks_count()
    {
        var counted = Playback(BroadcastId.New(_time), new() { MaxPlaybacks = 1 });
        Assert.Equal(_time.Now + OpenPlaybacks.Lease, counted.TakeLease(_time.Now));
        _time.Now += OpenPlaybacks.LeaseEvery - TimeSpan.FromSeconds(1);
        Assert.Null(counted.TakeLease(_time.Now));
        _time.Now += TimeSpan.FromSeconds(1);
        Assert.Equal(_time.Now + OpenPlaybacks.Lease, counted.TakeLease(_time.Now));
        Assert.Null(Playback(BroadcastId.New(_time)).TakeLease(_time.Now));
    }

    [Fact]
    public void Of_playbacks_that_follow_one_another_in_a_session_only_the_last_is_there()
    {
        var open = new OpenPlaybacks(_time);
        var broadcast = BroadcastId.New(_time);
        var before = Playback(broadcast, token: "a");
        open.Open(before);
        _time.Now += OpenPlaybacks.Lease;
        var after = Playback(broadcast, token: "a");
        open.Open(after);
        // A sign of life that was on its way when it lapsed.
        before.Touch(_time.GetTimestamp());
        Assert.Null(open.Find(before.Id));
        Assert.Same(after, open.Find(after.Id));
        Assert.Equal([after], open.List(broadcast));

        // And so was its end.
        open.Close(before);
        Assert.Same(after, open.Find(after.Id));
        Assert.Same(after, open.Find(after.Session));
    }

    [Fact]
    public void A_server_is_full_of_what_is_open_and_of_nothing_that_was()
    {
        var open = new OpenPlaybacks(_time);
        var broadcast = BroadcastId.New(_time);
        // Time stands still, so that nothing is swept.
        for (var n = 0; n <= OpenPlaybacks.MaxOpen; n++)
        {
            open.Open(Playback(broadcast, token: "again and again"));
        }

        Assert.False(open.IsFull);
        Parallel.For(2, OpenPlaybacks.MaxOpen, _ => open.Open(Playback(broadcast)));
        Assert.False(open.IsFull);
        var last = Playback(broadcast);
        open.Open(last);
        open.Open(last);
        Assert.True(open.IsFull);
        open.Close(last);
        open.Close(last);
        Assert.False(open.IsFull);
        open.Open(Playback(broadcast));
        Assert.True(open.IsFull);

        _time.Now += OpenPlaybacks.Lease;
        Assert.False(open.IsFull);
        Assert.Equal(0, open.Count(broadcast));
    }

    private Playback Playback(BroadcastId broadcast, OfferTerms? terms = null, string? token = null) =>
        new(new(Guid.NewGuid()), new(token ?? Guid.NewGuid().ToString(), broadcast, default), new(new(Guid.NewGuid()), _time.Now), terms ?? OfferTerms.Open, _time.GetTimestamp())
        {
            FirstPlayedAt = _time.Now,
            OpenedAt = _time.Now,
            Nonces = new(),
        };
}
