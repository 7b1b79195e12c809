using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>A shop's webhook hears of what became of its broadcast's entitlements: signed, each at least once, whatever fails in between.</summary>
public sealed class A_shop_is_told(A_shop_is_told.PrivateServer at) : IClassFixture<A_shop_is_told.PrivateServer>
{
    [Fact]
    public async Task Of_grants_and_revocations_with_a_signature_that_it_can_check()
    {
        await using var shop = await Shop.OpenAsync();
        using var acme = await Broadcaster.AdmitAsync(at.Server, "acme");
        var broadcast = await acme.CreateAsync();
        var before = await (await Viewer.ComeAsync(broadcast, "before")).EntitleAsync();
        await LoggedAsync(broadcast, before);
        var hook = await AddAsync(broadcast, shop.Url, "entitlement.granted", "entitlement.revoked");
        var granted = await (await Viewer.ComeAsync(broadcast, "ann@example.com")).EntitleAsync();
        (await acme.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{granted}/suspension", null)).EnsureSuccessStatusCode();
        (await acme.Api.DeleteAsync($"/v1/broadcasts/{broadcast.Id}/entitlements/{granted}")).EnsureSuccessStatusCode();

        await shop.UntilAsync(static told => told.Count == 2);
        await Task.Delay(1500);
        Assert.Equal(["entitlement.granted", "entitlement.revoked"], shop.Told.Select(static t => t.Json["type"]!.GetValue<string>()).Order());
        var secret = Convert.FromBase64String(hook["secret"]!.GetValue<string>()["whsec_".Length..]);
        Assert.All(shop.Told, told =>
        {
            Assert.Equal(granted, told.Json["data"]!["entitlement"]!.GetValue<string>());
            Assert.DoesNotContain("ann@example.com", told.Body, StringComparison.Ordinal);
            Assert.DoesNotContain(before, told.Body, StringComparison.Ordinal);
            // Standard Webhooks: base64(HMAC-SHA256(secret, id.timestamp.body)).
            var signed = Encoding.UTF8.GetBytes($"{told.Id}.{told.Timestamp}.{told.Body}");
            Assert.Equal($"v1,{Convert.ToBase64String(HMACSHA256.HashData(secret, signed))}", told.Signature);
            Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(long.Parse(told.Timestamp)), DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        });
    }

    [Fact]
    public async Task Again_until_it_has_taken_it_under_the_same_id_and_not_after_the_webhook_is_removed()
    {
        await using var shop = await Shop.OpenAsync();
        var answers = new ConcurrentQueue<int>([500, 302]);
        shop.Answer = () => Task.FromResult(answers.TryDequeue(out var status) ? status : 204);
        using var acme = await Broadcaster.AdmitAsync(at.Server, "acme");
        var broadcast = await acme.CreateAsync();
        var hook = await AddAsync(broadcast, shop.Url);
        var path = $"/v1/broadcasts/{broadcast.Id}/webhooks/{hook["id"]!.GetValue<string>()}";
        await (await Viewer.ComeAsync(broadcast, "ann")).EntitleAsync();
        await shop.UntilAsync(static told => told.Count == 1);
        var waiting = await DeliveryAsync(acme, path, "waiting");
        Assert.Equal(("answered 500", 1), (waiting["failure"]!.GetValue<string>(), waiting["attempts"]!.GetValue<int>()));

        // A person need not wait for the back-off.
        await RedeliverAsync(acme, path, waiting);
        await shop.UntilAsync(static told => told.Count == 2);
        await RedeliverAsync(acme, path, await DeliveryAsync(acme, path, "waiting"));
        await shop.UntilAsync(static told => told.Count == 3);
        await DeliveryAsync(acme, path, "delivered");
        Assert.Single(shop.Told.Select(static t => t.Id).Distinct());

        (await acme.Api.DeleteAsync(path)).EnsureSuccessStatusCode();
        await (await Viewer.ComeAsync(broadcast, "ben")).EntitleAsync();
        await Task.Delay(3000);
        Assert.Equal(3, shop.Told.Count);
        Assert.Equal(HttpStatusCode.NotFound, (await acme.Api.GetAsync($"{path}/deliveries")).StatusCode);
    }

    [Fact]
    public async Task Of_nothing_at_addresses_that_are_not_public_unless_the_operator_says_so()
    {
        await using var shop = await Shop.OpenAsync();
        await using var strict = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        using var acme = await Broadcaster.AdmitAsync(strict, "acme");
        var broadcast = await acme.CreateAsync();
        var webhooks = $"/v1/broadcasts/{broadcast.Id}/webhooks";
        foreach (var url in (string[])[shop.Url, "ftp://shop.example/", "https://user:pass@shop.example/", "shop", $"https://shop.example/{new string('x', 1000)}"])
        {
            var refused = await acme.Api.PostAsJsonAsync(webhooks, new { url });
            Assert.Equal((HttpStatusCode.BadRequest, "webhook-url-invalid"), (refused.StatusCode, (await refused.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>()));
        }

        var hook = await AddAsync(broadcast, shop.Url.Replace("http://127.0.0.1", "https://localhost", StringComparison.Ordinal));
        await (await Viewer.ComeAsync(broadcast, "ann")).EntitleAsync();
        var waiting = await DeliveryAsync(acme, $"{webhooks}/{hook["id"]!.GetValue<string>()}", "waiting", attempts: 1);
        Assert.Equal("the address is not a public one", waiting["failure"]!.GetValue<string>());
        Assert.Empty(shop.Told);
    }

    // What still waits for its place in the log comes after the webhook.
    private static async Task LoggedAsync(RunningBroadcast broadcast, string entitlement)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while ((await broadcast.Owner.Api.GetAsync($"/v1/ledger/streams/entitlement/{entitlement}")).StatusCode != HttpStatusCode.OK)
        {
            Assert.True(DateTime.UtcNow < until, "the grant is not in the log");
            await Task.Delay(50);
        }
    }

    private static async Task<JsonObject> AddAsync(RunningBroadcast broadcast, string url, params string[] types)
    {
        var answer = await broadcast.Owner.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/webhooks", new { url, types });
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
    }

    private static async Task<JsonObject> DeliveryAsync(Broadcaster acme, string path, string state, int attempts = 0)
    {
        var until = DateTime.UtcNow + TimeSpan.FromSeconds(20);
        while (true)
        {
            var items = (await acme.Api.GetFromJsonAsync<JsonObject>($"{path}/deliveries"))!["items"]!.AsArray();
            if (items.SingleOrDefault() is JsonObject only && only["state"]!.GetValue<string>() == state && only["attempts"]!.GetValue<int>() >= attempts && only["triedAt"] is not null)
            {
                return only;
            }

            Assert.True(DateTime.UtcNow < until, $"no delivery is {state}: {items.ToJsonString()}");
            await Task.Delay(50);
        }
    }

    private static async Task RedeliverAsync(Broadcaster acme, string path, JsonObject delivery) =>
        Assert.Equal(HttpStatusCode.Accepted, (await acme.Api.PostAsync($"{path}/deliveries/{delivery["message"]!.GetValue<string>()}/redelivery", null)).StatusCode);

    /// <summary>A server whose operator lets webhooks go to this machine.</summary>
    public sealed class PrivateServer : IAsyncLifetime
    {
        public ServerProcess Server { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Server = await ServerProcess.StartAsync(
            await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync(), environment: new Dictionary<string, string> { ["LIVELEDGER_PRIVATE_WEBHOOKS"] = "yes" });

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
