using LiveLedger.Licensing.Webhooks;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiveLedger.Licensing.Tests.Webhooks;

/// <summary>What lies in the database, by whom it is taken, and what a crash at each step leaves of it.</summary>
public sealed class WebhookDeliveryTests
{
    [Fact]
    public async Task A_message_is_kept_once_for_each_webhook_that_wants_it_and_was_there()
    {
        await using var shop = await OneShop.OpenAsync();
        var early = await shop.AddAsync();
        await shop.Ledger.UntilPublishedAsync(1);
        var late = await shop.AddAsync();
        var other = await shop.AddAsync("licence.granted");
        Assert.Equal((0UL, 1UL), (early.After.Value, late.After.Value));

        await shop.LogAsync(index: 0);
        // Its clock is not ours.
        shop.Time.Now -= TimeSpan.FromMinutes(5);
        await shop.LogAsync(index: 1);
        Assert.Equal((2, 1, 0), (await CountAsync(early), await CountAsync(late), await CountAsync(other)));

        async Task<int> CountAsync(Webhook webhook) => (await shop.Outbox.ListAsync(webhook.Id, 100, default)).Count;
    }

    [Fact]
    public async Task A_message_that_is_taken_in_twice_is_one_delivery()
    {
        await using var shop = await OneShop.OpenAsync();
        await shop.AddAsync();
        var cause = new Ledger.StoredEvent(Guid.CreateVersion7(), new("entitlement/e"), 0, "entitlement-granted", 1, shop.Time.Now, "broadcaster", "{}"u8.ToArray());
        var message = new Messages.V1.EntitlementGranted(new("test.example/log", 9, cause.Id, "entitlement/e", 0, shop.Time.Now), shop.Broadcast.ToString(), "e");
        await shop.Outbox.TakeAsync(shop.Broadcast, message, new(9), cause, default);
        await shop.Delivery.TryAsync(await shop.ClaimOneAsync(), default);
        await shop.Outbox.TakeAsync(shop.Broadcast, message, new(9), cause, default);
        Assert.Empty(await shop.Outbox.ClaimAsync(64, default));
        Assert.Equal(1, shop.Told);
    }

    [Fact]
    public async Task Processes_that_look_at_once_share_what_is_due_and_none_has_another_ones()
    {
        await using var shop = await OneShop.OpenAsync();
        await shop.AddAsync();
        for (var n = 0; n < 6; n++)
        {
            await shop.LogAsync();
        }

        var claimed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.Outbox.ClaimAsync(64, default)));
        var all = claimed.SelectMany(static c => c).ToList();
        Assert.Equal(6, all.Count);
        Assert.Equal(6, all.DistinctBy(static c => c.Message).Count());
        Assert.Empty(await shop.Outbox.ClaimAsync(64, default));
    }

    [Fact]
    public async Task An_order_that_comes_many_times_is_carried_out_once()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync();
        await shop.LogAsync();
        shop.Answer = static async () =>
        {
            await Task.Delay(100);
            return 500;
        };
        var order = await shop.ClaimOneAsync();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.Delivery.TryAsync(order, default)));
        await shop.Delivery.TryAsync(order, default);
        Assert.Equal(1, shop.Told);
        Assert.Equal(1, (await shop.OnlyAsync(hook)).Attempts);
    }

    [Fact]
    public async Task An_order_that_is_lost_is_given_again_and_the_lost_one_found_is_worth_nothing()
    {
        await using var shop = await OneShop.OpenAsync();
        await shop.AddAsync();
        await shop.LogAsync();
        var lost = await shop.ClaimOneAsync();
        shop.Time.Now += WebhookOutbox.Hold - TimeSpan.FromSeconds(1);
        Assert.Empty(await shop.Outbox.ClaimAsync(64, default));
        shop.Time.Now += TimeSpan.FromSeconds(1);
        var again = await shop.ClaimOneAsync();
        await shop.Delivery.TryAsync(lost, default);
        Assert.Equal(0, shop.Told);
        await shop.Delivery.TryAsync(again, default);
        Assert.Equal(1, shop.Told);
    }

    [Fact]
    public async Task Orders_that_could_not_be_given_are_given_at_once_when_they_can()
    {
        await using var shop = await OneShop.OpenAsync();
        await shop.AddAsync();
        await shop.LogAsync();
        var (asked, given) = (0, new TaskCompletionSource<DeliveryTurn>());
        var links = TestBroadcasts.Of(static () => null) with
        {
            DeliverWebhook = (webhook, message, turn, _) =>
            {
                if (Interlocked.Increment(ref asked) == 1)
                {
                    throw new InvalidOperationException("the broker is away");
                }

                given.TrySetResult(new(new(webhook), message, turn));
                return Task.CompletedTask;
            },
        };
        using var pump = new WebhookPump(shop.Outbox, links, TimeProvider.System, NullLogger<WebhookPump>.Instance);
        await pump.StartAsync(default);
        await shop.Delivery.TryAsync(await given.Task.WaitAsync(TimeSpan.FromSeconds(20)), default);
        await pump.StopAsync(default);
        Assert.Equal((1, 2), (shop.Told, asked));
    }

    [Fact]
    public async Task An_attempt_that_its_process_did_not_live_to_note_is_made_again_and_a_note_that_comes_late_changes_nothing()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync();
        await shop.LogAsync();
        var dead = (await shop.Outbox.BeginAsync(await shop.ClaimOneAsync(), default))!;
        Assert.Empty(await shop.Outbox.ClaimAsync(64, default));
        shop.Time.Now += WebhookOutbox.Hold;
        var order = await shop.ClaimOneAsync();
        await shop.Outbox.NoteAsync(dead.Attempt, 204, null, null, default);
        Assert.Equal("waiting", (await shop.OnlyAsync(hook)).State);
        await shop.Delivery.TryAsync(order, default);
        Assert.Equal(("delivered", 1), ((await shop.OnlyAsync(hook)).State, (await shop.OnlyAsync(hook)).Attempts));
    }

    [Fact]
    public async Task It_is_tried_by_its_back_off_then_given_up_and_begun_anew_by_a_person()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync();
        var message = await shop.LogAsync();
        shop.Answer = static () => Task.FromResult(503);
        for (var attempt = 1; attempt <= WebhookDelivery.MaxAttempts; attempt++)
        {
            await shop.Delivery.TryAsync(await shop.ClaimOneAsync(), default);
            var seen = await shop.OnlyAsync(hook);
            Assert.Equal((attempt, 503, "answered 503"), (seen.Attempts, seen.Status, seen.Failure));
            if (WebhookDelivery.After(attempt) is { } wait)
            {
                Assert.Equal("waiting", seen.State);
                shop.Time.Now += wait - TimeSpan.FromSeconds(1);
                Assert.Empty(await shop.Outbox.ClaimAsync(64, default));
                shop.Time.Now += TimeSpan.FromSeconds(1);
            }
        }

        Assert.Equal("given-up", (await shop.OnlyAsync(hook)).State);
        shop.Time.Now += TimeSpan.FromDays(2);
        Assert.Empty(await shop.Outbox.ClaimAsync(64, default));

        Assert.False(await shop.Outbox.RedeliverAsync(hook.Id, Guid.NewGuid(), default));
        Assert.True(await shop.Outbox.RedeliverAsync(hook.Id, message, default));
        shop.Answer = static () => Task.FromResult(204);
        await shop.Delivery.TryAsync(await shop.ClaimOneAsync(), default);
        Assert.Equal(("delivered", 1), ((await shop.OnlyAsync(hook)).State, (await shop.OnlyAsync(hook)).Attempts));
    }

    [Fact]
    public async Task Begun_anew_during_an_attempt_it_waits_for_that_ones_end_and_is_not_bound_by_it()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync();
        var message = await shop.LogAsync();
        var running = (await shop.Outbox.BeginAsync(await shop.ClaimOneAsync(), default))!;
        Assert.True(await shop.Outbox.RedeliverAsync(hook.Id, message, default));
        Assert.Empty(await shop.Outbox.ClaimAsync(64, default));
        // Its last one, and it would be given up.
        await shop.Outbox.NoteAsync(running.Attempt, 500, "answered 500", null, default);
        Assert.Equal("waiting", (await shop.OnlyAsync(hook)).State);
        shop.Time.Now += WebhookPost.Patience * 1.5;
        await shop.Delivery.TryAsync(await shop.ClaimOneAsync(), default);
        Assert.Equal("delivered", (await shop.OnlyAsync(hook)).State);
    }

    [Fact]
    public async Task A_shop_that_hangs_holds_up_only_itself()
    {
        await using var shop = await OneShop.OpenAsync();
        var slow = await shop.AddAsync("entitlement.granted");
        for (var n = 0; n < 100; n++)
        {
            await shop.LogAsync();
        }

        Assert.Equal(WebhookOutbox.MostAtOnce, (await shop.Outbox.ClaimAsync(64, default)).Count);
        Assert.Empty(await shop.Outbox.ClaimAsync(64, default));
        var quick = await shop.AddAsync();
        await shop.LogAsync();
        var order = await shop.ClaimOneAsync();
        Assert.Equal(quick.Id, order.Webhook);
        await shop.Delivery.TryAsync(order, default);
        Assert.Equal(1, shop.Told);
        Assert.NotEqual(slow.Id, quick.Id);
    }

    [Fact]
    public async Task Of_a_webhook_that_is_removed_nothing_more_is_sent_and_nothing_is_left()
    {
        await using var shop = await OneShop.OpenAsync();
        var (removed, kept) = (await shop.AddAsync(), await shop.AddAsync());
        await shop.LogAsync();
        await shop.LogAsync();
        await shop.Book.RemoveAsync(shop.Broadcast, removed.Id, default);
        foreach (var order in await shop.Outbox.ClaimAsync(64, default))
        {
            await shop.Delivery.TryAsync(order, default);
        }

        Assert.Equal(2, shop.Told);
        Assert.Empty(await shop.Outbox.ListAsync(removed.Id, 100, default));
        Assert.Equal(["delivered", "delivered"], (await shop.Outbox.ListAsync(kept.Id, 100, default)).Select(static d => d.State));
    }

    [Fact]
    public async Task A_master_key_that_is_lost_holds_up_no_other_broadcast_and_is_not_tried_for_ever()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync();
        shop.LoseMaster();
        await shop.LogAsync();
        await shop.Delivery.TryAsync(await shop.ClaimOneAsync(), default);
        var seen = await shop.OnlyAsync(hook);
        Assert.Equal(("waiting", 1, "the broadcast's master key does not open", 0), (seen.State, seen.Attempts, seen.Failure, shop.Told));
    }

    [Fact]
    public async Task A_table_in_the_making_costs_no_delivery()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync();
        await shop.LogAsync();
        await shop.Ledger.ExecuteAsync("DELETE FROM webhooks.webhooks");
        await shop.Delivery.TryAsync(await shop.ClaimOneAsync(), default);
        await shop.Outbox.ForgetAsync(default);
        await shop.Ledger.Inline.RebuildAllAsync();
        shop.Time.Now += WebhookOutbox.Hold;
        await shop.Delivery.TryAsync(await shop.ClaimOneAsync(), default);
        Assert.Equal("delivered", (await shop.OnlyAsync(hook)).State);
    }

    [Fact]
    public async Task What_is_done_is_forgotten_after_thirty_days_and_what_waits_is_not()
    {
        await using var shop = await OneShop.OpenAsync();
        var hook = await shop.AddAsync();
        await shop.LogAsync();
        await shop.Delivery.TryAsync(await shop.ClaimOneAsync(), default);
        var waiting = await shop.LogAsync();
        await shop.Outbox.ForgetAsync(default);
        Assert.Equal(2, (await shop.Outbox.ListAsync(hook.Id, 100, default)).Count);
        shop.Time.Now += TimeSpan.FromDays(30) + TimeSpan.FromSeconds(1);
        await shop.Outbox.ForgetAsync(default);
        Assert.Equal(waiting.ToString("N"), (await shop.OnlyAsync(hook)).Message);
    }
}
