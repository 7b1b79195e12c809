using LiveLedger.Licensing.Playbacks;

namespace LiveLedger.Licensing.Tests.Playbacks;

public sealed class NonceWindowTests
{
    [Fact]
    public void A_number_is_good_once_and_also_when_others_overtook_it()
    {
        var window = new NonceWindow();
        Assert.True(window.Take(1));
        Assert.True(window.Take(0));
        Assert.False(window.Take(0));
        Assert.False(window.Take(1));
        Assert.True(window.Take(64));
        // 63 behind the highest, and 64.
        Assert.False(window.Take(1));
        Assert.False(window.Take(0));
        Assert.True(window.Take(2));
        Assert.True(window.Take(NonceWindow.Max));
        Assert.False(window.Take(64));
        Assert.Equal(NonceWindow.Max, window.Highest);
    }

    [Fact]
    public void What_was_below_a_floor_counts_as_seen()
    {
        var window = new NonceWindow(17);
        Assert.False(window.Take(17));
        Assert.False(window.Take(3));
        Assert.True(window.Take(18));
        Assert.False(window.Take(17));
    }

    [Fact]
    public void In_any_order_each_is_taken_once_as_a_set_would_have_it()
    {
        var random = new Random(4);
        for (var round = 0; round < 200; round++)
        {
            var (window, taken, highest) = (new NonceWindow(), new HashSet<long>(), -1L);
            for (var n = 0; n < 300; n++)
            {
                var number = Math.Max(0, highest + random.Next(-70, 20));
                var expected = highest - number < 64 && taken.Add(number);
                Assert.Equal(expected, window.Take(number));
                highest = Math.Max(highest, number);
            }
        }
    }
}
