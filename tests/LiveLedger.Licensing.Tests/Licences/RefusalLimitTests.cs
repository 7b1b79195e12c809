using LiveLedger.Licensing.Licences;

namespace LiveLedger.Licensing.Tests.Licences;

public sealed class RefusalLimitTests
{
    [Fact]
    public void A_refusal_is_due_again_after_ten_seconds_for_another_reason_or_token_and_as_long_as_it_was_not_logged()
    {
        var time = new SettableTime();
        var limit = new RefusalLimit(time);
        Assert.True(limit.IsDue("a", LicenceReason.NotEntitled));
        Assert.True(limit.IsDue("a", LicenceReason.NotEntitled));

        limit.Logged("a", LicenceReason.NotEntitled);
        Assert.False(limit.IsDue("a", LicenceReason.NotEntitled));
        Assert.True(limit.IsDue("a", LicenceReason.KeyNotOfBroadcast));
        Assert.True(limit.IsDue("b", LicenceReason.NotEntitled));

        // Setting the clock is not the passing of time.
        time.Set = TimeSpan.FromDays(1);
        Assert.False(limit.IsDue("a", LicenceReason.NotEntitled));
        time.Set = TimeSpan.FromDays(-1);
        time.Now += TimeSpan.FromSeconds(10);
        Assert.True(limit.IsDue("a", LicenceReason.NotEntitled));
    }
}
