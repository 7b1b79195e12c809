using LiveLedger.Licensing.Entitlements;
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
        open.Open("token", playback);

        for (var renewal = 1; renewal < 10; renewal++)
        {
            _time.Now += TimeSpan.FromSeconds(30);
            Assert.Same(playback, open.Find("token"));
            Assert.Equal(renewal, playback.Renew(_time.GetTimestamp()));
            Assert.Equal(1, open.Count(playback.Broadcast));
        }

        _time.Now += OpenPlaybacks.Patience;
        Assert.Null(open.Find("token"));
        Assert.Equal(0, open.Count(playback.Broadcast));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void A_playback_ends_by_its_own_silence_however_the_clock_is_set(int days)
    {
        var open = new OpenPlaybacks(_time);
        var playback = Playback(BroadcastId.New(_time));
        open.Open("token", playback);
        _time.Set = TimeSpan.FromDays(days);
        Assert.Same(playback, open.Find("token"));
        _time.Now += OpenPlaybacks.Patience;
        Assert.Null(open.Find("token"));
        Assert.Equal(0, open.Count(playback.Broadcast));
    }

    [Fact]
    public void Each_broadcast_counts_its_own()
    {
        var open = new OpenPlaybacks(_time);
        var (one, two) = (BroadcastId.New(_time), BroadcastId.New(_time));
        open.Open("a", Playback(one));
        open.Open("b", Playback(one));
        open.Open("c", Playback(two));
        open.Close("b");

        Assert.Equal((1, 1, 0), (open.Count(one), open.Count(two), open.Count(BroadcastId.New(_time))));
    }

    private Playback Playback(BroadcastId broadcast) =>
        new(new(Guid.NewGuid()), broadcast, default, new EntitlementId(Guid.NewGuid()), _time.GetTimestamp());
}
