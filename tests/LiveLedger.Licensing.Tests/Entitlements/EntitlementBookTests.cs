using System.Security.Cryptography;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Subjects;
using LiveLedger.Licensing.Entitlements;
using LiveLedger.Licensing.Licences;
using LiveLedger.Media;

namespace LiveLedger.Licensing.Tests.Entitlements;

public sealed class EntitlementBookTests
{
    private readonly BroadcastId _broadcast = BroadcastId.New(TimeProvider.System);

    [Fact]
    public async Task What_is_granted_holds_until_it_is_revoked_here_and_in_another_process()
    {
        await using var ledger = await StartAsync();
        var here = new EntitlementBook(ledger.Events, ledger.Database, TimeProvider.System);
        var elsewhere = new EntitlementBook(ledger.Events, ledger.Database, TimeProvider.System);
        var viewer = Pseudonym();
        Assert.Null(await here.FindAsync(_broadcast, viewer, default));

        var granted = await here.GrantAsync(_broadcast, Sealed(viewer), default);
        Assert.Equal(granted.Id, (await here.FindAsync(_broadcast, viewer, default))?.Id);
        Assert.True((await elsewhere.FindAsync(_broadcast, viewer, default))!.Holds);

        Assert.True(await here.RevokeAsync(_broadcast, granted.Id, default));
        Assert.Equal(Standing.Revoked, here.StandingOf(granted.Id, viewer));
        Assert.False((await here.FindAsync(_broadcast, viewer, default))!.Holds);
        Assert.False((await here.ReadAsync(_broadcast, granted.Id, default))!.Holds);
    }

    [Fact]
    public async Task Revoking_twice_is_one_event()
    {
        await using var ledger = await StartAsync();
        var book = new EntitlementBook(ledger.Events, ledger.Database, TimeProvider.System);
        var granted = await book.GrantAsync(_broadcast, Sealed(Pseudonym()), default);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => book.RevokeAsync(_broadcast, granted.Id, default)));
        Assert.True(await book.RevokeAsync(_broadcast, granted.Id, default));

        var events = await ledger.Events.ReadStreamAsync(EntitlementEvents.StreamOf(granted.Id)).Select(e => e.Type).ToListAsync();
        Assert.Equal(["entitlement-granted", "entitlement-revoked"], events);
        await ledger.UntilPublishedAsync(2);
        Assert.Equal(2, (await LogAudit.CheckAsync(ledger.Log)).Entries.Count);
    }

    [Fact]
    public async Task One_of_two_entitlements_revoked_leaves_the_other()
    {
        await using var ledger = await StartAsync();
        var book = new EntitlementBook(ledger.Events, ledger.Database, TimeProvider.System);
        var viewer = Pseudonym();
        var first = await book.GrantAsync(_broadcast, Sealed(viewer), default);
        var second = await book.GrantAsync(_broadcast, Sealed(viewer), default);

        await book.RevokeAsync(_broadcast, second.Id, default);
        Assert.Equal(first.Id, (await book.FindAsync(_broadcast, viewer, default))!.Id);
        await book.RevokeAsync(_broadcast, first.Id, default);
        Assert.False((await book.FindAsync(_broadcast, viewer, default))!.Holds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_right_that_is_remembered_gives_way_to_a_later_one_even_to_one_that_came_while_it_was_looked_for(bool here)
    {
        await using var ledger = await StartAsync();
        var book = new EntitlementBook(ledger.Events, ledger.Database, TimeProvider.System);
        var elsewhere = new EntitlementBook(ledger.Events, ledger.Database, TimeProvider.System);
        var viewer = Pseudonym();
        var first = await elsewhere.GrantAsync(_broadcast, Sealed(viewer), default);
        Assert.Equal(first.Id, (await book.FindAsync(_broadcast, viewer, default))!.Id);
        var second = await GrantAsync();
        Assert.Equal(second.Id, (await book.FindAsync(_broadcast, viewer, default))!.Id);

        // An event that is heard again takes it out of memory, and the look that is to bring it back takes its time.
        book.Heard(second.Id, await GrantedAsync(second));
        await using var answers = await HeldLock.AnswersAsync(ledger.Options.ConnectionString, "entitlements.entitlements");
        var finding = book.FindAsync(_broadcast, viewer, default).AsTask();
        await answers.UntilWaitingAsync();
        var third = await GrantAsync();
        await answers.LetGoAsync();
        // It was the best there was when it was looked for.
        Assert.Equal(second.Id, (await finding)!.Id);
        Assert.Equal(third.Id, (await book.FindAsync(_broadcast, viewer, default))!.Id);

        async Task<Entitlement> GrantAsync()
        {
            var granted = await (here ? book : elsewhere).GrantAsync(_broadcast, Sealed(viewer), default);
            if (!here)
            {
                book.Heard(granted.Id, await GrantedAsync(granted));
            }

            return granted;
        }

        ValueTask<StoredEvent> GrantedAsync(Entitlement granted) => ledger.Events.ReadStreamAsync(EntitlementEvents.StreamOf(granted.Id)).FirstAsync();
    }

    [Fact]
    public async Task Rebuilt_they_are_byte_identical_and_so_are_those_of_before_names_were_kept()
    {
        await using var ledger = await StartAsync();
        var book = new EntitlementBook(ledger.Events, ledger.Database, TimeProvider.System);
        for (var n = 0; n < 20; n++)
        {
            var granted = await book.GrantAsync(_broadcast, Sealed(Pseudonym()), default);
            if (n % 3 == 0)
            {
                await book.RevokeAsync(_broadcast, granted.Id, default);
            }
        }

        var old = new EntitlementId(Guid.CreateVersion7());
        var viewer = Pseudonym();
        var payload = System.Text.Encoding.UTF8.GetBytes($$"""{"broadcast":"{{_broadcast}}","viewer":"{{viewer}}"}""");
        await ledger.Events.AppendAsync(EntitlementEvents.StreamOf(old), ExpectedVersion.NoStream, [new(Guid.CreateVersion7(), EntitlementEvents.GrantedType, 1, payload, "broadcaster")]);
        var live = await TableBytes.OfAsync(ledger.Database, "entitlements.entitlements");
        Assert.Equal(21L, await ledger.ExecuteAsync("SELECT count(*) FROM entitlements.entitlements"));

        await ledger.ExecuteAsync("UPDATE entitlements.entitlements SET ended_at = NULL, standing = 'active'");
        await ledger.Inline.RebuildAllAsync();

        Assert.Equal(live, await TableBytes.OfAsync(ledger.Database, "entitlements.entitlements"));
        Assert.Null((await book.FindAsync(_broadcast, viewer, default))!.Viewer);
        await ledger.UntilPublishedAsync(28);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task Tables_of_before_there_were_inline_projections_are_made_again_from_the_log()
    {
        var options = await TestLedger.NewOptionsAsync();
        Entitlement granted;
        string live;
        await using (var before = await StartAsync(options))
        {
            granted = await new EntitlementBook(before.Events, before.Database, TimeProvider.System).GrantAsync(_broadcast, Sealed(Pseudonym()), default);
            live = await TableBytes.OfAsync(before.Database, "entitlements.entitlements");
            await before.Database.UpgradeLicensingAsync(default);

            // As an older program left it.
            await before.ExecuteAsync("""
                DELETE FROM ledger.projections; DROP SCHEMA licensing CASCADE; CREATE SCHEMA licensing; ALTER TABLE entitlements.entitlements SET SCHEMA licensing; DROP SCHEMA entitlements;
                DELETE FROM public.liveledger_schema WHERE room = 'licensing' AND (file LIKE '%/003%' OR file LIKE '%/004%')
                """);
        }

        await using var ledger = await StartAsync(options);
        await ledger.Database.UpgradeLicensingAsync(default);
        Assert.True((await new EntitlementBook(ledger.Events, ledger.Database, TimeProvider.System).ReadAsync(_broadcast, granted.Id, default))!.Holds);
        Assert.Equal(live, await TableBytes.OfAsync(ledger.Database, "entitlements.entitlements"));
        Assert.Equal(true, await ledger.ExecuteAsync("SELECT to_regclass('licensing.entitlements') IS NULL"));
    }

    [Fact]
    public async Task An_entitlement_is_revoked_and_read_through_its_own_broadcast_only()
    {
        await using var ledger = await StartAsync();
        var book = new EntitlementBook(ledger.Events, ledger.Database, TimeProvider.System);
        var granted = await book.GrantAsync(_broadcast, Sealed(Pseudonym()), default);
        var other = BroadcastId.New(TimeProvider.System);

        Assert.False(await book.RevokeAsync(other, granted.Id, default));
        Assert.Null(await book.ReadAsync(other, granted.Id, default));
        Assert.True((await book.ReadAsync(_broadcast, granted.Id, default))!.Holds);
    }

    [Fact]
    public void A_viewer_has_one_pseudonym_in_a_broadcast_until_erased_and_another_in_the_next()
    {
        using var folder = new TestFolder();
        using var kek = KeyEncryptionKey.FromBytes(RandomNumberGenerator.GetBytes(32));
        var pseudonyms = new ViewerPseudonyms(new SubjectKeys(folder.Path, kek));
        var pseudonym = pseudonyms.Seal(_broadcast, "ann@example.com").Pseudonym;
        Assert.Equal(pseudonym, pseudonyms.Find(_broadcast, "ann@example.com"));

        Assert.Equal(pseudonym, new ViewerPseudonyms(new SubjectKeys(folder.Path, kek)).Find(_broadcast, "ann@example.com"));
        Assert.Null(pseudonyms.Find(BroadcastId.New(TimeProvider.System), "ann@example.com"));
        Assert.Null(pseudonyms.Find(_broadcast, "Ann@example.com"));
        using var elsewhere = new TestFolder();
        Assert.NotEqual(pseudonym, new ViewerPseudonyms(new SubjectKeys(elsewhere.Path, kek)).Seal(_broadcast, "ann@example.com").Pseudonym);

        // By another server on the same folder: nobody tells this one.
        Assert.True(new SubjectKeys(folder.Path, kek).Erase(ViewerPseudonyms.Scope(_broadcast), "ann@example.com"));
        Assert.Null(pseudonyms.Find(_broadcast, "ann@example.com"));
        // Who only asks, with a token of before, is not known again by that.
        Assert.DoesNotContain(Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories), static file => file.Contains("/names/", StringComparison.Ordinal));
        var sold = pseudonyms.Seal(_broadcast, "ann@example.com").Pseudonym;
        Assert.NotEqual(pseudonym, sold);
        Assert.Equal(sold, pseudonyms.Find(_broadcast, "ann@example.com"));
        Assert.NotEqual(sold, pseudonyms.Seal(BroadcastId.New(TimeProvider.System), "ann@example.com").Pseudonym);
    }

    [Theory]
    [InlineData("ann", true)]
    [InlineData("Ännchen von Tharau 🎬", true)]
    [InlineData("", false)]
    [InlineData(null, false)]
    [InlineData("a\nb", false)]
    [InlineData("\ud800", false)]
    public void A_viewer_is_named_in_whole_printable_characters(string? viewer, bool taken) => Assert.Equal(taken, ViewerPseudonyms.IsViewer(viewer));

    private static ViewerPseudonym Pseudonym() => new(new(RandomNumberGenerator.GetBytes(32)));

    private static SealedViewer Sealed(ViewerPseudonym viewer) => new(viewer, new(Guid.NewGuid()), RandomNumberGenerator.GetBytes(105));

    private static async Task<TestLedger> StartAsync() => await StartAsync(await TestLedger.NewOptionsAsync());

    private static Task<TestLedger> StartAsync(LedgerOptions options) => TestLedger.StartAsync(options, [EntitlementTables.Inline], new(LicensingRegistration.Upcasts));
}
