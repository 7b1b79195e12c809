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

    private Playback Playback(BroadcastId broadcast, OfferTerms? terms = null) =>
        new(new(Guid.NewGuid()), new(Guid.NewGuid().ToString(), broadcast, default), new(new(Guid.NewGuid()), _time.Now), terms ?? OfferTerms.Open, _time.GetTimestamp())
        {
            FirstPlayedAt = _time.Now,
            OpenedAt = _time.Now,
            Nonces = new(),
        };
}
