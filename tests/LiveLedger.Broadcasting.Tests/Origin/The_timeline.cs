using LiveLedger.Broadcasting.Origin;

namespace LiveLedger.Broadcasting.Tests.Origin;

public sealed class The_timeline
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_first_epoch_has_no_offset_and_sets_the_clock()
    {
        using var folder = new TemporaryFolder();
        var epoch = new Timeline(folder.Path).Open(start: 4, end: 6, recorded: 0, Now);
        Assert.Equal((0u, 0ul), (epoch.Number, epoch.OffsetSeconds));
        Assert.Equal(Now.AddSeconds(-6), new Timeline(folder.Path).AvailabilityStart);
    }

    [Fact]
    public void A_restart_at_zero_lies_after_everything_recorded()
    {
        using var folder = new TemporaryFolder();
        var timeline = new Timeline(folder.Path);
        timeline.Open(0, 2, 0, Now);
        var epoch = timeline.Open(0, 2, recorded: 30.4, Now.AddSeconds(29));
        Assert.Equal(1u, epoch.Number);
        Assert.True(epoch.OffsetSeconds > 30.4);
        Assert.True(epoch.OffsetSeconds < 33);
    }

    [Fact]
    public void Time_without_a_publisher_is_time_on_the_timeline()
    {
        using var folder = new TemporaryFolder();
        var timeline = new Timeline(folder.Path);
        timeline.Open(0, 2, 0, Now);
        var epoch = timeline.Open(0, 2, recorded: 30, Now.AddMinutes(10));
        Assert.InRange(epoch.OffsetSeconds, 599u, 601u);
    }

    [Fact]
    public void Epochs_survive_a_restart_of_the_server()
    {
        using var folder = new TemporaryFolder();
        var timeline = new Timeline(folder.Path);
        timeline.Open(0, 2, 0, Now);
        timeline.Open(0, 2, 20, Now.AddSeconds(20));
        Assert.Equal(timeline.Epochs, new Timeline(folder.Path).Epochs);
    }
}
