using LiveLedger.Licensing.Webhooks;

namespace LiveLedger.Licensing.Tests.Webhooks;

/// <summary>What waits for a shop has a bound, and licences, of which there is one a viewer and key period, wait behind all else.</summary>
public sealed class WebhookRoomTests
{
    [Fact]
    public async Task A_webhook_that_names_no_types_is_told_of_all_but_licences()
    {
        await using var shop = await OneShop.OpenAsync();
        var (all, licences) = (await shop.AddAsync(), await shop.AddAsync("licence.granted"));
        await shop.LogAsync();
        await shop.LogLicenceAsync();
        Assert.Equal("entitlement.granted", (await shop.OnlyAsync(all)).Type);
        Assert.Equal("licence.granted", (await shop.OnlyAsync(licences)).Type);
        Assert.All(WebhookMessage.Types.Values, type => Assert.NotEqual(type is "licence.granted" or "licence.refused", all.Wants(type, new(1_000))));
    }

    [Fact]
    public async Task Whatever_licences_wait_a_grant_is_told_of_first()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync("licence.granted", "entitlement.granted");
        await shop.WaitAsync(hook, "licence.granted", 100);
        var grant = await shop.LogAsync();
        var claimed = await shop.Outbox.ClaimAsync(64, default);
        Assert.Equal(WebhookOutbox.MostAtOnce, claimed.Count);
        Assert.Contains(grant, claimed.Select(static c => c.Message));
        await shop.Outbox.ReleaseAsync(claimed, default);
        Assert.Equal(grant, Assert.Single(await shop.Outbox.ClaimAsync(1, default)).Message);
    }

    [Fact]
    public async Task Beyond_the_bound_a_licence_is_left_out_and_counted_and_a_grant_is_not()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync("licence.granted", "entitlement.granted");
        await shop.WaitAsync(hook, "licence.granted", WebhookRoom.MostLicences - 1);
        var last = await shop.LogLicenceAsync();
        await shop.LogLicenceAsync();
        shop.Time.Now += TimeSpan.FromSeconds(5);
        await shop.LogLicenceAsync();
        var grant = await shop.LogAsync();
        Assert.Equal([grant, last], (await shop.Outbox.ListAsync(hook.Id, 2, default)).Select(static d => Guid.ParseExact(d.Message, "N")));
        var leftOut = Assert.Single(await shop.Outbox.ListLeftOutAsync(hook.Id, default));
        Assert.Equal(("licence.granted", 2), (leftOut.Type, leftOut.Messages));
        Assert.Equal(TimeSpan.FromSeconds(5), leftOut.LastAt - leftOut.FirstAt);

        // What is delivered makes room.
        await shop.Ledger.ExecuteAsync("DELETE FROM licensing.webhook_deliveries WHERE created_at < '2021-01-01'");
        shop.Time.Now += TimeSpan.FromSeconds(1);
        var again = await shop.LogLicenceAsync();
        Assert.Equal(again, Guid.ParseExact((await shop.Outbox.ListAsync(hook.Id, 1, default)).Single().Message, "N"));
        await shop.Outbox.DropAsync(hook.Id, default);
        Assert.Empty(await shop.Outbox.ListLeftOutAsync(hook.Id, default));
    }

    [Fact]
    public async Task Grants_have_a_bound_too_beyond_a_file_of_a_hundred_thousand()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync();
        await shop.WaitAsync(hook, "entitlement.granted", 100_000);
        await shop.LogAsync();
        Assert.Empty(await shop.Outbox.ListLeftOutAsync(hook.Id, default));
        await shop.WaitAsync(hook, "entitlement.granted", WebhookRoom.MostOthers - 100_001);
        shop.Time.Now += TimeSpan.FromSeconds(10);
        await shop.LogAsync();
        Assert.Equal("entitlement.granted", Assert.Single(await shop.Outbox.ListLeftOutAsync(hook.Id, default)).Type);
    }

    [Fact]
    public async Task A_licence_that_is_told_of_is_forgotten_after_an_hour_and_what_was_left_out_after_thirty_days()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync("licence.granted");
        await shop.LogLicenceAsync();
        await shop.Delivery.TryAsync(await shop.ClaimOneAsync(), default);
        await shop.WaitAsync(hook, "licence.granted", WebhookRoom.MostLicences);
        shop.Time.Now += TimeSpan.FromMinutes(60);
        await shop.LogLicenceAsync();
        await shop.Outbox.ForgetAsync(default);
        Assert.Contains("delivered", (await shop.Outbox.ListAsync(hook.Id, 10, default)).Select(static d => d.State));
        shop.Time.Now += TimeSpan.FromSeconds(1);
        await shop.Outbox.ForgetAsync(default);
        Assert.DoesNotContain("delivered", (await shop.Outbox.ListAsync(hook.Id, 10, default)).Select(static d => d.State));
        Assert.Single(await shop.Outbox.ListLeftOutAsync(hook.Id, default));
        shop.Time.Now += TimeSpan.FromDays(30);
        await shop.Outbox.ForgetAsync(default);
        Assert.Empty(await shop.Outbox.ListLeftOutAsync(hook.Id, default));
    }
}
