using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Tests.Protection;

public sealed class Key_periods
{
    [Theory]
    [InlineData(null, true)]
    [InlineData(9L, false)]
    [InlineData(10L, true)]
    [InlineData(86_400L, true)]
    [InlineData(86_401L, false)]
    [InlineData(0L, false)]
    [InlineData(-10L, false)]
    [InlineData(long.MaxValue, false)]
    public void A_length_is_10_to_86400_seconds_or_none(long? seconds, bool good)
    {
        Assert.Equal(good, KeyPeriodLength.TryOf(seconds, out var length));
        Assert.Equal(good ? (int?)seconds : null, length.Seconds);
    }

    // Starts in milliseconds; a quarter of a second before the boundary belongs to what follows.
    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(9_749UL, 0UL)]
    [InlineData(9_750UL, 1UL)]
    [InlineData(10_000UL, 1UL)]
    [InlineData(19_749UL, 1UL)]
    [InlineData(19_750UL, 2UL)]
    public void A_segment_belongs_to_the_period_it_starts_in(ulong start, ulong period) => Assert.Equal(period, Length(10).PeriodOf(start, 1_000));

    [Fact]
    public void Tracks_cut_at_one_time_change_keys_together_whatever_their_clocks()
    {
        var length = Length(10);
        for (var segment = 0UL; segment < 2_000; segment++)
        {
            // 2 s of 25 pictures a second in ffmpeg's 12,800 ticks; AAC frames of 1,024 samples at 48 and 44.1 kHz, cut at the next one, or, by its priming, one frame before.
            var video = length.PeriodOf(segment * 25_600, 12_800);
            var at48 = (segment * 96_000 + 1_023) / 1_024 * 1_024;
            var at44 = (segment * 88_200 + 1_023) / 1_024 * 1_024;
            Assert.Equal(video, length.PeriodOf(at48, 48_000));
            Assert.Equal(video, length.PeriodOf(at44, 44_100));
            Assert.Equal(video, length.PeriodOf(at48 - Math.Min(at48, 1_024), 48_000));
        }
    }

    [Fact]
    public void Times_near_the_end_of_all_numbers_do_not_run_over()
    {
        Assert.Equal(ulong.MaxValue / 10, Length(10).PeriodOf(ulong.MaxValue, 1));
        Assert.Equal(0UL, Length(86_400).PeriodOf(uint.MaxValue, uint.MaxValue));
        Assert.Equal(0UL, KeyPeriodLength.Whole.PeriodOf(ulong.MaxValue, 1));
    }

    private static KeyPeriodLength Length(int seconds)
    {
        Assert.True(KeyPeriodLength.TryOf(seconds, out var length));
        return length;
    }
}
