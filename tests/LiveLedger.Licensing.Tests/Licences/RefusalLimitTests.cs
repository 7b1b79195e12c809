using LiveLedger.Licensing.Licences;

namespace LiveLedger.Licensing.Tests.Licences;

public sealed class RefusalLimitTests
{
    [Fact]
    public void A_refusal_is_due_again_after_ten_seconds_for_another_reason_or_token_and_as_long_as_it_was_not_logged()
    {
        var time = new SettableTime();
        var limit = new RefusalLimit(time);
        Assert.True(limit.IsDue("a", LicenceDecision.NotEntitled));
        Assert.True(limit.IsDue("a", LicenceDecision.NotEntitled));

        limit.Logged("a", LicenceDecision.NotEntitled);
        Assert.False(limit.IsDue("a", LicenceDecision.NotEntitled));
        Assert.True(limit.IsDue("a", LicenceDecision.KeyNotOfBroadcast));
        Assert.True(limit.IsDue("b", LicenceDecision.NotEntitled));

        // Setting the clock is not the passing of time.
        time.Set = TimeSpan.FromDays(1);
        Assert.False(limit.IsDue("a", LicenceDecision.NotEntitled));
        time.Set = TimeSpan.FromDays(-1);
        time.Now += TimeSpan.FromSeconds(10);
        Assert.True(limit.IsDue("a", LicenceDecision.NotEntitled));
    }
}
