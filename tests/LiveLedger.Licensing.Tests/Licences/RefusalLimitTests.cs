using LiveLedger.Licensing.Licences;

namespace LiveLedger.Licensing.Tests.Licences;

public sealed class RefusalLimitTests
{
    [Fact]
    public void A_refusal_is_due_again_after_ten_seconds_for_another_reason_or_token_and_as_long_as_it_was_not_logged()
    {
        var time = new SettableTime();
        var limit = new RefusalLimit(time);
        var logged = Guid.NewGuid();
        Assert.Null(limit.Find("a", LicenceReason.NotEntitled));
        Assert.Null(limit.Find("a", LicenceReason.NotEntitled));

        limit.Logged("a", LicenceReason.NotEntitled, logged);
        Assert.Equal(logged, limit.Find("a", LicenceReason.NotEntitled));
        Assert.Null(limit.Find("a", LicenceReason.KeyNotOfBroadcast));
        Assert.Null(limit.Find("b", LicenceReason.NotEntitled));

        // Setting the clock is not the passing of time.
        time.Set = TimeSpan.FromDays(1);
        Assert.Equal(logged, limit.Find("a", LicenceReason.NotEntitled));
        time.Set = TimeSpan.FromDays(-1);
        time.Now += TimeSpan.FromSeconds(10);
        Assert.Null(limit.Find("a", LicenceReason.NotEntitled));
    }
}
