namespace LiveLedger.Swarm.Tests;

/// <summary>How often each of many may do something, and that the many are bounded.</summary>
public sealed class AllowancesTests
{
    [Fact]
    public void Each_has_its_own_and_gets_one_more_after_each_time()
    {
        var time = new MovedClock();
        var allowances = new Allowances<string>(time, 3, TimeSpan.FromSeconds(10), 100);
        Assert.Equal(3, Enumerable.Range(0, 5).Count(_ => allowances.Take("a") is null));
        Assert.Null(allowances.Take("b"));
        Assert.InRange(allowances.Wait("a")!.Value.TotalSeconds, 9, 10);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Null(allowances.Wait("a"));
        Assert.Null(allowances.Take("a"));
        Assert.NotNull(allowances.Take("a"));
    }

    [Fact]
    public void A_crowd_that_fills_all_room_makes_strangers_wait_and_nobody_who_is_known()
    {
        var time = new MovedClock();
        var allowances = new Allowances<int>(time, 2, TimeSpan.FromSeconds(10), 50);
        Assert.All(Enumerable.Range(0, 50), n => Assert.Null(allowances.Take(n)));
        Assert.All(Enumerable.Range(50, 1000), n => Assert.NotNull(allowances.Take(n)));
        Assert.Null(allowances.Take(7));
        // Those who have all of theirs again need no place.
        time.Advance(TimeSpan.FromSeconds(21));
        Assert.Null(allowances.Take(5000));
    }
}
