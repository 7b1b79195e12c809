using LiveLedger.Broadcasting.Pipeline;

namespace LiveLedger.Broadcasting.Tests.Pipeline;

public sealed class Track_holder
{
    private static readonly Publisher First = new("c1", "10.0.0.1 Lavf", true);
    private static readonly Publisher Second = new("c2", "10.0.0.2 OBS", true);

    [Fact]
    public void A_second_publisher_is_another_while_the_first_is_there()
    {
        var holder = new TrackHolder(TimeProvider.System);
        holder.Renew(First);
        Assert.True(holder.IsOther(Second));
        Assert.True(holder.IsStranger(Second));
        Assert.False(holder.IsOther(First));
    }

    [Fact]
    public void When_the_first_hangs_up_the_next_may_take_over_at_once()
    {
        var holder = new TrackHolder(TimeProvider.System);
        holder.Renew(First);
        holder.Release(First.Connection);
        Assert.False(holder.IsOther(Second));
    }

    [Fact]
    public void A_publisher_with_a_connection_for_each_request_keeps_its_track_between_them()
    {
        var holder = new TrackHolder(TimeProvider.System);
        holder.Renew(First with { KeepsAlive = false });
        holder.Release(First.Connection);
        Assert.True(holder.IsOther(Second));
    }

    [Fact]
    public void A_silent_holder_keeps_its_track_for_the_lease_however_the_clock_is_set_meanwhile()
    {
        foreach (var day in (int[])[-1, 1])
        {
            var clock = new ShiftedTime();
            var holder = new TrackHolder(clock);
            holder.Renew(First);
            clock.Set = TimeSpan.FromDays(day);
            Assert.True(holder.IsOther(Second));
            clock.Shift = TrackHolder.Lease;
            Assert.False(holder.IsOther(Second));
        }
    }

    [Fact]
    public void A_pool_of_connections_is_no_stranger()
    {
        var holder = new TrackHolder(TimeProvider.System);
        holder.Renew(First);
        Assert.False(holder.IsStranger(First with { Connection = "c9" }));
    }
}
