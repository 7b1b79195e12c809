using System.Text;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger;
using LiveLedger.Licensing.Webhooks;
using LiveLedger.Media;
using Npgsql;

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
    public async Task One_look_does_for_all_events_that_were_in_the_log_then_and_for_none_that_came_later()
    {
        await using var shop = await OneShop.OpenAsync();
        var first = await shop.AddAsync();
        await shop.Ledger.UntilPublishedAsync(1);
        Assert.Equal([first.Id], await IdsAsync(shop, 0));
        var second = await shop.AddAsync();
        await shop.Ledger.UntilPublishedAsync(2);
        Assert.Equal(1ul, second.After.Value);
        // Within a millisecond their ids, and with them their order, are by chance.
        HashSet<WebhookId> both = [first.Id, second.Id];
        Assert.Equal(both, (await IdsAsync(shop, 1)).ToHashSet());

        await shop.Ledger.ExecuteAsync("ALTER TABLE webhooks.webhooks RENAME TO out_of_sight");
        Assert.Equal(both, (await IdsAsync(shop, 0)).ToHashSet());
        Assert.Equal(both, (await IdsAsync(shop, 1)).ToHashSet());
        await Assert.ThrowsAsync<PostgresException>(() => IdsAsync(shop, 2));
    }

    [Fact]
    public async Task One_that_is_added_while_they_are_looked_for_is_told_of_what_is_logged_from_then_on()
    {
        await using var shop = await OneShop.OpenAsync();
        var first = await shop.AddAsync();
        await shop.Ledger.UntilPublishedAsync(1);
        await using var answers = await HeldLock.AnswersAsync(shop.Ledger.Options.ConnectionString, "webhooks.webhooks");
        var looking = IdsAsync(shop, 0);
        await answers.UntilWaitingAsync();
        // Not by the book, which would look too.
        var second = new WebhookId(Guid.CreateVersion7());
        var url = shop.Secrets.SealUrl(shop.Broadcast, second, shop.Url);
        var after = await shop.Ledger.Events.ReadEndAsync();
        await shop.Ledger.Events.AppendAsync(
            WebhookEvents.StreamOf(second), ExpectedVersion.NoStream, [WebhookEvents.Added(Guid.CreateVersion7(), new(shop.Broadcast.ToString(), url, [], (long)after.Value))]);
        await shop.Ledger.UntilPublishedAsync(2);
        await answers.LetGoAsync();

        Assert.Equal([first.Id], await looking);
        Assert.Equal(new HashSet<WebhookId> { first.Id, second }, (await IdsAsync(shop, after.Value)).ToHashSet());
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

    private static async Task<WebhookId[]> IdsAsync(OneShop shop, ulong place) => [.. (await shop.Book.ListAsync(shop.Broadcast, new(place), default)).Select(static w => w.Id)];
}
