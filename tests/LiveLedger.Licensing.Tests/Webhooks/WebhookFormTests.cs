using System.Text;
using LiveLedger.Licensing.Webhooks;

namespace LiveLedger.Licensing.Tests.Webhooks;

public sealed class WebhookFormTests
{
    // The vector of the reference libraries of Standard Webhooks.
    [Fact]
    public void A_signature_is_what_the_standards_own_libraries_make() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookSecrets.Sign(
            Convert.FromBase64String("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, Encoding.UTF8.GetBytes("""{"test": 2432232314}""")));

    [Fact]
    public void Attempts_go_on_for_three_days_farther_and_farther_apart_and_end()
    {
        var waits = Enumerable.Range(1, WebhookDelivery.MaxAttempts - 1).Select(static n => WebhookDelivery.After(n)!.Value).ToList();
        Assert.Equal(waits.Order(), waits);
        Assert.InRange(waits.Aggregate(TimeSpan.Zero, static (sum, wait) => sum + wait), TimeSpan.FromDays(2.9), TimeSpan.FromDays(3.1));
        Assert.Null(WebhookDelivery.After(WebhookDelivery.MaxAttempts));
    }

    [Fact]
    public void An_attempt_ends_long_before_it_is_taken_for_dead() => Assert.True(WebhookPost.Patience * 4 < WebhookOutbox.Hold);

    [Fact]
    public void Every_type_has_the_name_that_the_page_gives_it() => Assert.Equal(
        ["broadcast.ended", "broadcast.restored", "broadcast.started", "broadcast.taken_down", "entitlement.granted", "entitlement.refunded", "entitlement.resumed",
            "entitlement.revoked", "entitlement.suspended", "entitlement.transferred", "licence.granted", "licence.refused"],
        WebhookMessage.Types.Values.Order(StringComparer.Ordinal));
}
