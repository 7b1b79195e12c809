using System.Text;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Licensing.Webhooks;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Tests.Webhooks;

public sealed class WebhookBookTests
{
    [Fact]
    public async Task Its_address_is_in_clear_neither_in_the_log_nor_in_a_table_and_comes_back_whole()
    {
        await using var shop = await OneShop.OpenAsync();
        var added = await shop.AddAsync("entitlement.granted");
        Assert.Equal(shop.Url, shop.Secrets.OpenUrl(added));
        Assert.Equal(shop.Url, shop.Secrets.OpenUrl((await shop.Book.ReadAsync(added.Id, default))!));
        Assert.Equal(shop.Url, shop.Secrets.OpenUrl(Assert.Single(await shop.Book.ListAsync(shop.Broadcast, default))));

        var stored = await shop.Ledger.Events.ReadStreamAsync(WebhookEvents.StreamOf(added.Id)).SingleAsync();
        var row = (string)(await shop.Ledger.ExecuteAsync("SELECT encode(sealed_url, 'escape') FROM webhooks.webhooks"))!;
        Assert.All((string[])[Encoding.UTF8.GetString(stored.PayloadJson.Span), row], static text =>
        {
            Assert.DoesNotContain("password", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String("password"u8)[..9], text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task An_address_opens_for_its_own_webhook_only()
    {
        await using var shop = await OneShop.OpenAsync();
        var added = await shop.AddAsync();
        Assert.Equal(shop.Url, shop.Secrets.OpenUrl(added));
        Assert.Throws<InvalidDataException>(() => shop.Secrets.OpenUrl(added with { Id = new(Guid.NewGuid()) }));
        Assert.Throws<InvalidDataException>(() => shop.Secrets.OpenUrl(added with { SealedUrl = added.SealedUrl[1..] }));
        Assert.Throws<InvalidDataException>(() => shop.Secrets.OpenUrl(added with { SealedUrl = [] }));
    }

    [Fact]
    public async Task Two_webhooks_have_two_secrets_and_each_keeps_its_own()
    {
        await using var shop = await OneShop.OpenAsync();
        var (one, other) = (await shop.AddAsync(), await shop.AddAsync());
        Assert.NotEqual(shop.Secrets.Show(one), shop.Secrets.Show(other));
        Assert.Equal(shop.Secrets.Show(one), shop.Secrets.Show((await shop.Book.ReadAsync(one.Id, default))!));
        var signature = WebhookSecrets.Sign(Convert.FromBase64String(shop.Secrets.Show(one)["whsec_".Length..]), "msg_1", 7, "{}"u8);
        Assert.Equal(signature, shop.Secrets.Sign(one, "msg_1", 7, "{}"u8));
    }

    [Fact]
    public async Task A_broadcast_has_at_most_ten_however_many_are_added_at_once()
    {
        await using var shop = await OneShop.OpenAsync();
        for (var n = 0; n < 8; n++)
        {
            await shop.AddAsync();
        }

        // All of them have a connection, so that all look before one has added.
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => shop.Ledger.ExecuteAsync("SELECT pg_sleep(0.1)")));
        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.Book.AddAsync(shop.Broadcast, shop.Url, [], default)));
        var there = await shop.Book.ListAsync(shop.Broadcast, default);
        Assert.InRange(there.Count, 8, WebhookBook.MaxPerBroadcast);
        Assert.Equal(there.Count, 8 + added.OfType<Webhook>().Count());
        Assert.Subset(there.Select(static w => w.Id).ToHashSet(), added.OfType<Webhook>().Select(static w => w.Id).ToHashSet());
    }

    [Fact]
    public async Task Rebuilt_they_are_byte_identical_and_the_removed_stay_away()
    {
        await using var shop = await OneShop.OpenAsync();
        var (kept, removed) = (await shop.AddAsync("licence.granted", "licence.refused"), await shop.AddAsync());
        Assert.False(await shop.Book.RemoveAsync(BroadcastId.New(TimeProvider.System), removed.Id, default));
        Assert.True(await shop.Book.RemoveAsync(shop.Broadcast, removed.Id, default));
        Assert.False(await shop.Book.RemoveAsync(shop.Broadcast, removed.Id, default));
        Assert.True(await shop.Book.IsRemovedAsync(removed.Id, default));
        Assert.False(await shop.Book.IsRemovedAsync(kept.Id, default));

        var live = await TableBytes.OfAsync(shop.Ledger.Database, "webhooks.webhooks");
        await shop.Ledger.ExecuteAsync("UPDATE webhooks.webhooks SET types = '{}', after = 0");
        await shop.Ledger.Inline.RebuildAllAsync();
        Assert.Equal(live, await TableBytes.OfAsync(shop.Ledger.Database, "webhooks.webhooks"));
        await shop.Ledger.UntilPublishedAsync(3);
        await LogAudit.CheckAsync(shop.Ledger.Log);
    }
}
