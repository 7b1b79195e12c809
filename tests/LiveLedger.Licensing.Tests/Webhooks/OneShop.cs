using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Server;
using LiveLedger.Ledger;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Webhooks;
using LiveLedger.Media;
using LiveLedger.Messages.V1;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiveLedger.Licensing.Tests.Webhooks;

/// <summary>A broadcast on a ledger of its own, a clock that the test moves, and a shop that answers what it is told to.</summary>
internal sealed class OneShop : IAsyncDisposable
{
    private readonly TestFolder _folder = new();
    private readonly KeyEncryptionKey _kek = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));
    private readonly WebhookPost _post = new(privateToo: true);
    private readonly Shop _shop;

    private OneShop(TestLedger ledger, Shop shop)
    {
        (Ledger, _shop) = (ledger, shop);
        new MasterKeys(_folder.Path, _kek).Create(Broadcast);
        Begin();
    }

    public TestLedger Ledger { get; }

    public SettableTime Time { get; } = new();

    public BroadcastId Broadcast { get; } = BroadcastId.New(TimeProvider.System);

    public WebhookSecrets Secrets { get; private set; }

    public WebhookBook Book { get; private set; }

    public WebhookOutbox Outbox { get; private set; }

    public WebhookDelivery Delivery { get; private set; }

    public Uri Url => new($"{_shop.Url}&password=of-the-shop");

    /// <summary>How often it was told.</summary>
    public int Told => _shop.Told.Count;

    public Func<Task<int>> Answer
    {
        set => _shop.Answer = value;
    }

    public static async Task<OneShop> OpenAsync()
    {
        var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [WebhookTables.Inline]);
        await ledger.Database.UpgradeLicensingAsync(default);
        return new(ledger, await Shop.OpenAsync());
    }

    /// <summary>Its broadcast's master key is gone, and a process that never saw it goes on.</summary>
    public void LoseMaster()
    {
        File.Delete(Path.Combine(_folder.Path, $"{Broadcast}.master"));
        Begin();
    }

    public async Task<Webhook> AddAsync(params string[] types) => (await Book.AddAsync(Broadcast, Url, types, default))!;

    /// <summary>A grant was logged at this index.</summary>
    public Task<Guid> LogAsync(ulong index = 1_000) => LogAsync("entitlement-granted", index, place => new EntitlementGranted(place, Broadcast.ToString(), "e"));

    /// <summary>A licence was.</summary>
    public Task<Guid> LogLicenceAsync(ulong index = 1_000) => LogAsync("licence-granted", index, place => new LicenceGranted(place, Broadcast.ToString(), "p", "e", [], 3, Time.Now));

    /// <summary>So many messages of a type wait for a webhook already, due long ago.</summary>
    public Task WaitAsync(Webhook webhook, string type, int many) => Ledger.ExecuteAsync(
        $"INSERT INTO licensing.webhook_deliveries (webhook, message, type, body, due_at, created_at) SELECT '{webhook.Id}', gen_random_uuid(), '{type}', '', '2020-01-01', '2020-01-01' FROM generate_series(1, {many})");

    /// <summary>The only delivery that is due.</summary>
    public async Task<DeliveryTurn> ClaimOneAsync() => Assert.Single(await Outbox.ClaimAsync(64, default));

    public async Task<DeliveryView> OnlyAsync(Webhook webhook) => Assert.Single(await Outbox.ListAsync(webhook.Id, 100, default));

    public async ValueTask DisposeAsync()
    {
        await _shop.DisposeAsync();
        _post.Dispose();
        await Ledger.DisposeAsync();
        _kek.Dispose();
        _folder.Dispose();
    }

    private async Task<Guid> LogAsync(string type, ulong index, Func<LedgerPlace, object> message)
    {
        var cause = new StoredEvent(Guid.CreateVersion7(), new("entitlement/e"), 0, type, 1, Time.Now, "broadcaster", "{}"u8.ToArray());
        await Outbox.TakeAsync(Broadcast, message(new("test.example/log", index, cause.Id, "entitlement/e", 0, Time.Now)), new(index), cause, default);
        return cause.Id;
    }

    [MemberNotNull(nameof(Secrets), nameof(Book), nameof(Outbox), nameof(Delivery))]
    private void Begin()
    {
        Secrets = new(new(_folder.Path, _kek));
        Book = new(Ledger.Events, Ledger.Database, Secrets, Time);
        Outbox = new(Ledger.Database, Book, new(Ledger.Database, Time), Time);
        Delivery = new(Outbox, Book, Secrets, _post, Time, NullLogger<WebhookDelivery>.Instance);
    }
}
