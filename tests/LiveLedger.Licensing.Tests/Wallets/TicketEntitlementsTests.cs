using System.Security.Cryptography;
using System.Text.Json;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Subjects;
using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Licensing.Wallets;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Tests.Wallets;

public sealed class TicketEntitlementsTests
{
    private const string Ticket = "31337-00112233445566778899aabbccddeeff01020304-7";
    private const string Ann = "eip155:31337:0x00000000000000000000000000000000000000a1";
    private const string Bob = "eip155:31337:0x00000000000000000000000000000000000000b0";

    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);

    [Fact]
    public async Task A_ticket_is_its_holders_right_and_told_again_it_is_the_same_one()
    {
        await using var shop = await OpenAsync();
        await shop.Wallets.LinkAsync(_broadcast, Ann, "ann", default);
        var first = await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default);
        Assert.Equal(first, await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default));

        Assert.Equal(first, (await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, "ann"), default))!.Id.Value);
        Assert.Equal(Ticket, await shop.Book.TicketOfAsync(new(first!.Value), default));
        Assert.Equal(["entitlement-granted"], await shop.EventsAsync(first));
    }

    [Fact]
    public async Task Passed_on_it_is_the_new_holders_by_the_wallets_own_name_until_that_is_linked_to_another()
    {
        await using var shop = await OpenAsync();
        await shop.Wallets.LinkAsync(_broadcast, Ann, "ann", default);
        var id = await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default);

        await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Bob, default);
        Assert.Null(await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, "ann"), default));
        Assert.True((await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, Bob), default))!.Holds);

        await shop.Wallets.LinkAsync(_broadcast, Bob, "bob", default);
        Assert.Equal(id, await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Bob, default));
        Assert.True((await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, "bob"), default))!.Holds);
        Assert.Null(await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, Bob), default));
        Assert.Equal(["entitlement-granted", "entitlement-transferred", "entitlement-transferred"], await shop.EventsAsync(id));
    }

    [Theory]
    [InlineData(TicketStanding.Burned, "entitlement-revoked")]
    [InlineData(TicketStanding.Refunded, "entitlement-refunded")]
    public async Task Given_up_or_back_it_is_over_and_brought_back_by_the_chain_it_is_granted_anew(TicketStanding end, string ending)
    {
        await using var shop = await OpenAsync();
        await shop.Wallets.LinkAsync(_broadcast, Ann, "ann", default);
        var first = await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default);
        Assert.Equal(first, await shop.Tickets.SettleAsync(_broadcast, Ticket, end, null, default));
        Assert.Equal(first, await shop.Tickets.SettleAsync(_broadcast, Ticket, end, null, default));
        Assert.False((await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, "ann"), default))!.Holds);
        Assert.Equal(["entitlement-granted", ending], await shop.EventsAsync(first));

        var second = await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default);
        Assert.NotEqual(first, second);
        Assert.True((await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, "ann"), default))!.Holds);
    }

    [Fact]
    public async Task A_sale_that_the_chain_takes_back_takes_the_right_along_and_gives_it_back()
    {
        await using var shop = await OpenAsync();
        Assert.Null(await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Unsold, null, default));
        await shop.Wallets.LinkAsync(_broadcast, Ann, "ann", default);
        var id = await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default);
        await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Unsold, null, default);
        Assert.False((await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, "ann"), default))!.Holds);

        Assert.Equal(id, await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default));
        Assert.True((await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, "ann"), default))!.Holds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whom_the_broadcaster_sent_away_no_chain_brings_back(bool forGood)
    {
        await using var shop = await OpenAsync();
        await shop.Wallets.LinkAsync(_broadcast, Ann, "ann", default);
        await shop.Wallets.LinkAsync(_broadcast, Bob, "bob", default);
        var id = new EntitlementId((await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default))!.Value);
        await (forGood ? shop.Book.RevokeAsync(_broadcast, id, default) : shop.Book.SuspendAsync(_broadcast, id, default));

        foreach (var (standing, wallet) in new[] { (TicketStanding.Held, Ann), (TicketStanding.Held, Bob), (TicketStanding.Unsold, null), (TicketStanding.Held, Ann) })
        {
            await shop.Tickets.SettleAsync(_broadcast, Ticket, standing, wallet, default);
            Assert.False((await shop.Book.ReadAsync(_broadcast, id, default))!.Holds);
        }

        Assert.Equal(1L, await shop.Ledger.ExecuteAsync("SELECT count(*) FROM entitlements.entitlements"));
    }

    [Theory]
    [InlineData(TicketStanding.Unsold, "suspended", "suspended")]
    [InlineData(TicketStanding.Burned, "revoked", "revoked")]
    [InlineData(TicketStanding.Refunded, "refunded", "revoked")]
    [InlineData(TicketStanding.Refunded, "refunded", "refunded")]
    public async Task What_the_broadcaster_takes_away_after_the_chain_did_the_chain_does_not_give_back(TicketStanding taken, string before, string again)
    {
        await using var shop = await OpenAsync();
        var id = new EntitlementId((await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default))!.Value);
        await shop.Tickets.SettleAsync(_broadcast, Ticket, taken, null, default);
        for (var i = 0; i < 2; i++)
        {
            // Said twice it is logged once.
            await (again switch { "suspended" => shop.Book.SuspendAsync(_broadcast, id, default), "revoked" => shop.Book.RevokeAsync(_broadcast, id, default), _ => shop.Book.RefundAsync(_broadcast, id, default) });
        }

        Assert.Equal(id.Value, await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default));
        Assert.False((await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, Ann), default))!.Holds);
        Assert.Equal(["entitlement-granted by chain", $"entitlement-{before} by chain", $"entitlement-{again} by broadcaster"], await shop.EventsByAsync(id));
    }

    [Fact]
    public async Task What_the_broadcaster_suspended_is_not_granted_anew_when_the_chain_ends_it_and_takes_that_back()
    {
        await using var shop = await OpenAsync();
        var id = new EntitlementId((await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default))!.Value);
        await shop.Book.SuspendAsync(_broadcast, id, default);
        await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Burned, null, default);
        Assert.Equal(id.Value, await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default));
        Assert.Equal(1L, await shop.Ledger.ExecuteAsync("SELECT count(*) FROM entitlements.entitlements"));
    }

    [Fact]
    public async Task What_the_chain_passed_on_is_not_logged_as_the_broadcasters_deed()
    {
        await using var shop = await OpenAsync();
        var id = new EntitlementId((await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default))!.Value);
        await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Bob, default);
        await shop.Book.TransferAsync(_broadcast, id, shop.Pseudonyms.Seal(_broadcast, "ann"), default);
        Assert.Equal(["entitlement-granted by chain", "entitlement-transferred by chain", "entitlement-transferred by broadcaster"], await shop.EventsByAsync(id));
    }

    [Fact]
    public async Task A_number_that_the_chain_gives_to_another_broadcasts_ticket_is_a_right_there_and_none_where_it_was()
    {
        await using var shop = await OpenAsync();
        var other = BroadcastId.New(TimeProvider.System);
        shop.Masters.Create(other);
        var first = await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default);
        await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Unsold, null, default);
        var second = await shop.Tickets.SettleAsync(other, Ticket, TicketStanding.Held, Bob, default);

        Assert.NotEqual(first, second);
        Assert.False((await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, Ann), default))!.Holds);
        Assert.True((await shop.Book.FindAsync(other, shop.Of(other, Bob), default))!.Holds);
    }

    [Fact]
    public async Task A_wallet_is_in_the_log_by_no_name_that_could_be_tried_out_and_erased_with_its_viewer()
    {
        await using var shop = await OpenAsync();
        await shop.Wallets.LinkAsync(_broadcast, Ann, "ann", default);
        var other = BroadcastId.New(TimeProvider.System);
        shop.Masters.Create(other);
        await shop.Wallets.LinkAsync(other, Ann, "ann", default);
        await shop.Wallets.LinkAsync(other, Ann, "ann", default);
        var streams = (string)(await shop.Ledger.ExecuteAsync("SELECT string_agg(name, ' ' ORDER BY name) FROM ledger.streams WHERE name LIKE 'wallet/%'"))!;
        Assert.Equal(2, streams.Split(' ').Distinct().Count());

        Assert.NotNull(await shop.Wallets.FindAsync(_broadcast, Ann, default));
        shop.Subjects.Erase(ViewerPseudonyms.Scope(_broadcast), "ann");
        Assert.Null(await shop.Wallets.FindAsync(_broadcast, Ann, default));
        Assert.NotNull(await shop.Wallets.FindAsync(other, Ann, default));
    }

    [Fact]
    public async Task An_unlinked_wallets_ticket_is_the_wallets_own_again_and_no_more_the_viewers()
    {
        await using var shop = await OpenAsync();
        await shop.Wallets.LinkAsync(_broadcast, Ann, "ann", default);
        var id = await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default);
        Assert.True(await shop.Wallets.UnlinkAsync(_broadcast, Ann, "ann", byShop: false, default));
        Assert.Null(await shop.Wallets.FindAsync(_broadcast, Ann, default));

        Assert.Equal(id, await shop.Tickets.SettleAsync(_broadcast, Ticket, TicketStanding.Held, Ann, default));
        Assert.Null(await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, "ann"), default));
        Assert.True((await shop.Book.FindAsync(_broadcast, shop.Of(_broadcast, Ann), default))!.Holds);
    }

    [Fact]
    public async Task A_viewer_sees_the_own_wallets_and_unlinks_no_other()
    {
        await using var shop = await OpenAsync();
        await shop.Wallets.LinkAsync(_broadcast, Ann, "ann", default);
        await shop.Wallets.LinkAsync(_broadcast, Bob, "ann", default);
        Assert.Equal([Bob, Ann], (await shop.Wallets.ListAsync(_broadcast, "ann", default)).Select(static w => w.Wallet));
        Assert.Empty(await shop.Wallets.ListAsync(_broadcast, "bob", default));

        await shop.Wallets.LinkAsync(_broadcast, Bob, "bob", default);
        Assert.False(await shop.Wallets.UnlinkAsync(_broadcast, Bob, "ann", byShop: false, default));
        Assert.True(await shop.Wallets.UnlinkAsync(_broadcast, Ann, "ann", byShop: true, default));
        // An answer may be lost: told again, it is as it was told.
        Assert.True(await shop.Wallets.UnlinkAsync(_broadcast, Ann, "ann", byShop: true, default));
        Assert.Empty(await shop.Wallets.ListAsync(_broadcast, "ann", default));
        Assert.Equal([Bob], (await shop.Wallets.ListAsync(_broadcast, "bob", default)).Select(static w => w.Wallet));
        Assert.Equal(4L, await shop.Ledger.ExecuteAsync("SELECT count(*) FROM ledger.events WHERE stream LIKE 'wallet/%'"));

        var before = await TableBytes.OfAsync(shop.Ledger.Database, "wallets.links");
        await shop.Ledger.Inline.RebuildAllAsync();
        Assert.Equal(before, await TableBytes.OfAsync(shop.Ledger.Database, "wallets.links"));
    }

    [Fact]
    public async Task A_link_of_before_wallets_names_were_kept_holds_and_is_unlinked_by_who_knows_the_name()
    {
        await using var shop = await OpenAsync();
        await shop.Wallets.LinkAsync(_broadcast, Ann, "ann", default);
        var stream = new StreamName((string)(await shop.Ledger.ExecuteAsync("SELECT name FROM ledger.streams WHERE name LIKE 'wallet/%'"))!);
        var linked = WalletEvents.ReadLinked((await shop.Ledger.Events.ReadStreamAsync(stream).FirstAsync()).PayloadJson.Span);
        var old = JsonSerializer.SerializeToUtf8Bytes(new { broadcast = linked.Broadcast, viewer = linked.Viewer, subject = linked.Subject, name = linked.Name });
        await shop.Ledger.Events.AppendAsync(stream, ExpectedVersion.Any, [new(Guid.CreateVersion7(), WalletEvents.LinkedType, 1, old, "viewer")]);

        Assert.Equal("ann", await shop.Wallets.NameAsync(_broadcast, Ann, default));
        Assert.Null(Assert.Single(await shop.Wallets.ListAsync(_broadcast, "ann", default)).Wallet);
        Assert.True(await shop.Wallets.UnlinkAsync(_broadcast, Ann, "ann", byShop: false, default));
        Assert.Empty(await shop.Wallets.ListAsync(_broadcast, "ann", default));
    }

    [Fact]
    public async Task A_viewer_has_32_wallets_at_most()
    {
        await using var shop = await OpenAsync();
        for (var i = 0; i < WalletBook.MaxWallets; i++)
        {
            await shop.Wallets.LinkAsync(_broadcast, $"{Ann[..^2]}{i:x2}", "ann", default);
        }

        Assert.Equal("wallets-full", (await Assert.ThrowsAsync<RefusedException>(() => shop.Wallets.LinkAsync(_broadcast, Bob, "ann", default))).Refusal.Code);
        await shop.Wallets.LinkAsync(_broadcast, $"{Ann[..^2]}00", "ann", default);
        Assert.True(await shop.Wallets.UnlinkAsync(_broadcast, $"{Ann[..^2]}00", "ann", byShop: false, default));
        await shop.Wallets.LinkAsync(_broadcast, Bob, "ann", default);
    }

    private async Task<Shop> OpenAsync()
    {
        var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [EntitlementTables.Inline, WalletTables.Inline], new([.. LicensingRegistration.Upcasts]));
        return new(ledger, _broadcast);
    }

    private sealed class Shop : IAsyncDisposable
    {
        private readonly TestFolder _folder = new();
        private readonly KeyEncryptionKey _kek = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));

        public Shop(TestLedger ledger, BroadcastId broadcast)
        {
            Ledger = ledger;
            Masters = new(Path.Combine(_folder.Path, "masters"), _kek);
            Masters.Create(broadcast);
            Subjects = new(Path.Combine(_folder.Path, "subjects"), _kek);
            Pseudonyms = new(Subjects);
            Book = new(ledger.Events, ledger.Database, TimeProvider.System);
            Wallets = new(ledger.Events, ledger.Database, Masters, Pseudonyms, TimeProvider.System);
            Tickets = new(Book, Wallets, Pseudonyms);
        }

        public TestLedger Ledger { get; }

        public MasterKeys Masters { get; }

        public SubjectKeys Subjects { get; }

        public ViewerPseudonyms Pseudonyms { get; }

        public EntitlementBook Book { get; }

        public WalletBook Wallets { get; }

        public TicketEntitlements Tickets { get; }

        public ViewerPseudonym Of(BroadcastId broadcast, string viewer) => Pseudonyms.Find(broadcast, viewer)!.Value;

        public async Task<IReadOnlyList<string>> EventsAsync(Guid? id) =>
            await Ledger.Events.ReadStreamAsync(EntitlementEvents.StreamOf(new(id!.Value))).Select(static e => e.Type).ToListAsync();

        public async Task<IReadOnlyList<string>> EventsByAsync(EntitlementId id) =>
            await Ledger.Events.ReadStreamAsync(EntitlementEvents.StreamOf(id)).Select(static e => $"{e.Type} by {e.Actor}").ToListAsync();

        public async ValueTask DisposeAsync()
        {
            await Ledger.DisposeAsync();
            _kek.Dispose();
            _folder.Dispose();
        }
    }
}
