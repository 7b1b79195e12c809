using System.Text;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Tests;

/// <summary>An event is found by its id with what speaks for it, from when it is stored, and with its place from when it has one.</summary>
public sealed class FindEventTests
{
    [Fact]
    public async Task It_is_found_with_its_place_and_with_what_its_leaf_commits_to()
    {
        await using var ledger = await TestLedger.StartAsync();
        // Sequenced one by one, so that places and versions differ from one another.
        NewEvent[] events = [.. Enumerable.Range(0, 6).Select(TestEvents.New)];
        foreach (var (n, e) in events.Index())
        {
            await ledger.Events.AppendAndSequenceAsync(new($"test/{n % 2}"), ExpectedVersion.Any, [e]);
        }

        await ledger.UntilPublishedAsync(events.Length);
        var logged = (await LogAudit.CheckAsync(ledger.Log)).Entries;
        foreach (var (n, e) in events.Index())
        {
            var found = (await ledger.Events.FindAsync(e.Id))!;
            Assert.Equal(new LedgerIndex((ulong)n), found.Index);
            Assert.Equal((e.Id, new StreamName($"test/{n % 2}"), n / 2L, e.Type), (found.Event.Id, found.Event.Stream, found.Event.Version, found.Event.Type));
            Assert.Equal(logged[n].Encode(), found.Entry.ToArray());
            Assert.Equal(e.PayloadJson.ToArray(), found.Payload.ToArray());
            Assert.Equal(e.PayloadJson.ToArray(), found.Event.PayloadJson.ToArray());
            Assert.Equal(logged[n].Payload, PayloadDigest.Of(found.Salt.Span, found.Payload.Span));
        }
    }

    [Fact]
    public async Task An_id_that_is_nobodys_finds_nothing()
    {
        await using var ledger = await TestLedger.StartAsync();
        await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.NoStream, [TestEvents.New()]);
        Assert.Null(await ledger.Events.FindAsync(Guid.CreateVersion7()));
        Assert.Null(await ledger.Events.FindAsync(Guid.Empty));
    }

    [Fact]
    public async Task One_that_has_no_place_yet_is_found_without_one_and_gets_it()
    {
        var options = await TestLedger.NewOptionsAsync();
        var e = TestEvents.New();
        await using (var before = await TestLedger.StartAsync(options))
        {
            await before.PublishAsync(3);
            await before.StopKeepingAsync();
            await before.Events.AppendAsync(new("test/other"), ExpectedVersion.NoStream, [e]);
            var waiting = (await before.Events.FindAsync(e.Id))!;
            Assert.Null(waiting.Index);
            Assert.Equal(e.Id, waiting.Event.Id);
        }

        await using var after = await TestLedger.StartAsync(options);
        await after.UntilPublishedAsync(4);
        Assert.Equal(new LedgerIndex(3), (await after.Events.FindAsync(e.Id))!.Index);
    }

    [Fact]
    public async Task An_old_one_is_shown_in_todays_schema_beside_the_bytes_that_were_appended()
    {
        var upcasters = new Upcasters(("test-happened", 1, static old => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(old.Span).Replace("number", "count", StringComparison.Ordinal))));
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [], upcasters);
        var e = TestEvents.New(7);
        await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.NoStream, [e]);
        var found = (await ledger.Events.FindAsync(e.Id))!;
        Assert.Equal((2, """{"count":7}"""), (found.Event.Schema, Encoding.UTF8.GetString(found.Event.PayloadJson.Span)));
        Assert.Equal("""{"number":7}""", Encoding.UTF8.GetString(found.Payload.Span));
    }
}
