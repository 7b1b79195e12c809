using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Subjects;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Tests.Entitlements;

/// <summary>An offer is sold from the first second of its window to the last, and what was sold is answered again at any time.</summary>
public sealed class CounterTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly KeyEncryptionKey _kek = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));
    private readonly SettableTime _time = new();
    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);

    [Fact]
    public async Task An_offer_is_sold_within_its_window_and_a_sale_is_answered_again_after_it()
    {
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [EntitlementTables.Inline, OfferTables.Inline], new(LicensingRegistration.Upcasts));
        var offers = new OfferBook(ledger.Events, ledger.Database, _time);
        var counter = new Counter(new(ledger.Events, ledger.Database, _time), offers, new(new SubjectKeys(_folder.Path, _kek)), _time);
        var (opens, closes) = (_time.Now + TimeSpan.FromHours(1), _time.Now + TimeSpan.FromHours(2));
        var offer = await offers.CreateAsync(_broadcast, new(Sale: new(opens, closes)), null, default);
        var command = new CommandId(Guid.CreateVersion7());
        Task<Entitlement> SellAsync(DateTimeOffset at, string viewer = "ann", CommandId? named = null)
        {
            _time.Now = at;
            return counter.SellAsync(_broadcast, new(viewer, offer.ToString()), named, default);
        }

        async Task RefusedAsync(string code, Task<Entitlement> sale) => Assert.Equal(code, (await Assert.ThrowsAsync<RefusedException>(() => sale)).Refusal.Code);

        var second = TimeSpan.FromSeconds(1);
        await RefusedAsync("offer-not-on-sale", SellAsync(opens - second));
        var first = await SellAsync(opens, named: command);
        Assert.Equal(1, first.Sold!.Value.Version);
        await SellAsync(closes - second, "bob");
        await RefusedAsync("offer-not-on-sale", SellAsync(closes, "eve"));
        await RefusedAsync("offer-not-on-sale", SellAsync(closes, "eve", new(Guid.CreateVersion7())));
        Assert.Equal(first.Id, (await SellAsync(closes + second, named: command)).Id);

        await offers.WithdrawAsync(_broadcast, offer, default);
        await RefusedAsync("offer-withdrawn", SellAsync(opens + second, "eve"));
        Assert.Equal(first.Id, (await SellAsync(opens + second, named: command)).Id);
    }

    public void Dispose()
    {
        _kek.Dispose();
        _folder.Dispose();
    }
}
