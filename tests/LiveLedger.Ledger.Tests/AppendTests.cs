using System.Text;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Refusals;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

public sealed class AppendTests
{
    private static readonly StreamName s_stream = new("test/one");

    [Fact]
    public async Task What_is_appended_is_read_back_and_stands_in_the_log()
    {
        await using var ledger = await TestLedger.StartAsync();
        NewEvent[] events = [TestEvents.New(1), TestEvents.New(2), TestEvents.New(3)];

        var appended = await ledger.Events.AppendAndSequenceAsync(s_stream, ExpectedVersion.NoStream, events);

        Assert.Equal(AppendOutcome.Appended, appended.Outcome);
        Assert.Equal(2, appended.Version);
        Assert.Equal([0UL, 1UL, 2UL], appended.Indexes.Select(i => i.Value));
        var read = await ledger.Events.ReadStreamAsync(s_stream).ToListAsync();
        Assert.Equal(events.Select(e => e.Id), read.Select(e => e.Id));
        Assert.Equal([0L, 1L, 2L], read.Select(e => e.Version));
        Assert.Equal("""{"number":2}""", Encoding.UTF8.GetString(read[1].PayloadJson.Span));
        await ledger.UntilPublishedAsync(3);
        Assert.Equal(3, (await LogAudit.CheckAsync(ledger.Log)).Entries.Count);
    }

    [Fact]
    public async Task The_same_event_appended_again_is_no_second_event()
    {
        await using var ledger = await TestLedger.StartAsync();
        var first = TestEvents.New();
        await ledger.Events.AppendAsync(s_stream, ExpectedVersion.NoStream, [first]);
        await ledger.Events.AppendAsync(s_stream, ExpectedVersion.Exactly(0), [TestEvents.New()]);

        // Once with the belief of the first time, once with the stream's version now, once with none.
        foreach (var expected in new[] { ExpectedVersion.NoStream, ExpectedVersion.Exactly(1), ExpectedVersion.Any })
        {
            var again = await ledger.Events.AppendAndSequenceAsync(s_stream, expected, [first]);
            Assert.Equal(AppendOutcome.AlreadyAppended, again.Outcome);
            Assert.Equal(0, again.Version);
            Assert.Equal(0UL, Assert.Single(again.Indexes).Value);
        }

        await ledger.UntilPublishedAsync(2);
        Assert.Equal(2, (await LogAudit.CheckAsync(ledger.Log)).Entries.Count);
    }

    [Fact]
    public async Task A_command_given_twice_appends_once_whatever_its_events_say_the_second_time()
    {
        await using var ledger = await TestLedger.StartAsync();
        var command = new CommandId(Guid.CreateVersion7());
        NewEvent[] Events(string text) => [command.Event(0, "test-begun", 1, Encoding.UTF8.GetBytes(text), "system"), command.Event(1, "test-ended", 1, Encoding.UTF8.GetBytes(text), "system")];

        Assert.Equal(AppendOutcome.Appended, (await ledger.Events.AppendAsync(s_stream, ExpectedVersion.NoStream, Events("1"))).Outcome);
        var again = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ledger.Events.AppendAsync(s_stream, ExpectedVersion.Any, Events("2"))));
        Assert.All(again, result => Assert.Equal((AppendOutcome.AlreadyAppended, 1L), (result.Outcome, result.Version)));
        var stored = await ledger.Events.ReadStreamAsync(s_stream).ToListAsync();
        Assert.Equal(["1", "1"], stored.Select(e => Encoding.UTF8.GetString(e.PayloadJson.Span)));
        Assert.All(stored, e => Assert.Equal(command.Value, e.Causation));
        Assert.NotEqual(command.EventId(0), new CommandId(Guid.CreateVersion7()).EventId(0));
        Assert.Equal(8, command.EventId(0).Version);
    }

    [Fact]
    public async Task What_an_event_belongs_to_and_what_caused_it_are_in_its_leaf()
    {
        await using var ledger = await TestLedger.StartAsync();
        var (request, cause) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await ledger.Events.AppendAsync(s_stream, ExpectedVersion.NoStream, [TestEvents.New() with { Correlation = request, Causation = cause }, TestEvents.New()]);

        var stored = await ledger.Events.ReadStreamAsync(s_stream).ToListAsync();
        Assert.Equal([(request, cause), (null, null)], stored.Select(e => (e.Correlation, e.Causation)));
        await ledger.UntilPublishedAsync(2);
        var audited = await LogAudit.CheckAsync(ledger.Log);
        Assert.Equal([(request, cause), (null, null)], audited.Entries.Select(e => (e.Correlation, e.Causation)));
    }

    [Fact]
    public async Task An_old_event_is_acted_on_in_todays_schema_and_stays_as_it_was_appended()
    {
        await using var ledger = await TestLedger.StartAsync();
        static ReadOnlyMemory<byte> Add(ReadOnlyMemory<byte> payload, char what) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(payload.Span) + what);
        var upcasters = new Upcasters(("test-happened", 1, p => Add(p, 'b')), ("test-happened", 2, p => Add(p, 'c')), ("test-other", 3, p => Add(p, 'x')));
        await ledger.Events.AppendAsync(s_stream, ExpectedVersion.NoStream,
            [.. new[] { 1, 2, 3 }.Select(schema => TestEvents.New() with { Schema = schema, PayloadJson = "a"u8.ToArray() })]);

        var stored = await ledger.Events.ReadStreamAsync(s_stream).ToListAsync();
        Assert.Equal(["abc", "ac", "a"], stored.Select(e => Encoding.UTF8.GetString(upcasters.ToLatest(e).PayloadJson.Span)));
        Assert.All(stored, e => Assert.Equal(3, upcasters.ToLatest(e).Schema));
        Assert.Equal([1, 2, 3], stored.Select(e => e.Schema));
        Assert.All(stored, e => Assert.Equal("a", Encoding.UTF8.GetString(e.PayloadJson.Span)));
        Assert.Throws<ArgumentException>(() => new Upcasters(("a", 1, p => p), ("a", 1, p => p)));
    }

    [Fact]
    public async Task An_id_used_for_another_event_is_refused_and_nothing_is_stored()
    {
        await using var ledger = await TestLedger.StartAsync();
        var first = TestEvents.New();
        await ledger.Events.AppendAsync(s_stream, ExpectedVersion.NoStream, [first]);

        await Assert.ThrowsAsync<EventIdTakenException>(() => ledger.Events.AppendAsync(new("test/other"), ExpectedVersion.NoStream, [first]));
        await Assert.ThrowsAsync<EventIdTakenException>(() => ledger.Events.AppendAsync(s_stream, ExpectedVersion.Any, [TestEvents.New(), first]));

        Assert.Equal(-1, await ledger.Events.StreamVersionAsync(new("test/other")));
        Assert.Equal(0, await ledger.Events.StreamVersionAsync(s_stream));
    }

    [Fact]
    public async Task A_wrong_belief_about_the_version_is_answered_with_the_version()
    {
        await using var ledger = await TestLedger.StartAsync();

        var ahead = await ledger.Events.AppendAsync(s_stream, ExpectedVersion.Exactly(4), [TestEvents.New()]);
        Assert.Equal((AppendOutcome.WrongVersion, -1L), (ahead.Outcome, ahead.Version));

        await ledger.Events.AppendAsync(s_stream, ExpectedVersion.NoStream, [TestEvents.New(), TestEvents.New()]);
        var behind = await ledger.Events.AppendAsync(s_stream, ExpectedVersion.NoStream, [TestEvents.New()]);
        Assert.Equal((AppendOutcome.WrongVersion, 1L), (behind.Outcome, behind.Version));
        var between = await ledger.Events.AppendAsync(s_stream, ExpectedVersion.Exactly(0), [TestEvents.New()]);
        Assert.Equal((AppendOutcome.WrongVersion, 1L), (between.Outcome, between.Version));
    }

    [Fact]
    public async Task Appenders_without_a_belief_all_get_in()
    {
        await using var ledger = await TestLedger.StartAsync();

        var versions = await Task.WhenAll(Enumerable.Range(0, 40).Select(async i =>
            (await ledger.Events.AppendAsync(s_stream, ExpectedVersion.Any, [TestEvents.New(i)])).Version));

        Assert.Equal(Enumerable.Range(0, 40).Select(i => (long)i), versions.Order());
        await ledger.UntilPublishedAsync(40);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task An_inline_projection_and_its_event_are_stored_together_or_not_at_all()
    {
        var within = new WithinAppends();
        await using var ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [within.Inline]);
        var (kept, lost) = (TestEvents.New(), TestEvents.New());
        within.Do(kept.Id, WithinAppends.WriteAsync);
        within.Do(lost.Id, static async (transaction, stored) =>
        {
            await WithinAppends.WriteAsync(transaction, stored);
            throw new InvalidOperationException("the projection fails after it wrote");
        });

        await ledger.Events.AppendAsync(s_stream, ExpectedVersion.NoStream, [kept]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ledger.Events.AppendAsync(s_stream, ExpectedVersion.Exactly(0), [lost]));

        Assert.Equal(kept.Id, await ledger.ExecuteAsync("SELECT id FROM within.other"));
        Assert.Equal(0, await ledger.Events.StreamVersionAsync(s_stream));
    }

    [Fact]
    public async Task A_follower_gets_every_event_once_and_in_order()
    {
        await using var ledger = await TestLedger.StartAsync();
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var following = Task.Run(async () =>
        {
            var seen = new List<LoggedEvent>();
            await foreach (var logged in ledger.Events.ReadFromAsync(new(0), enough.Token))
            {
                seen.Add(logged);
                if (seen.Count == 1200)
                {
                    break;
                }
            }

            return seen;
        });

        for (var i = 0; i < 12; i++)
        {
            await ledger.Events.AppendAsync(new($"test/{i}"), ExpectedVersion.NoStream, [.. Enumerable.Range(0, 100).Select(TestEvents.New)]);
        }

        var all = await following;
        Assert.Equal(Enumerable.Range(0, 1200).Select(i => (ulong)i), all.Select(e => e.Index.Value));
        Assert.Equal(1200, all.Select(e => e.Event.Id).Distinct().Count());
    }

    [Fact]
    public async Task Many_at_once_who_repeat_one_append_all_hear_that_it_was_stored()
    {
        // No session is left over: whoever holds one and asks for a second waits for ever.
        var options = await TestLedger.NewOptionsAsync();
        await using var ledger = await TestLedger.StartAsync(options with { ConnectionString = $"{options.ConnectionString};Maximum Pool Size={EventStore.MaxAtOnce}" });
        var e = TestEvents.New();
        await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.NoStream, [e]);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var repeated = await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => Task.Run(() => ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Any, [e], limit.Token))));
        Assert.All(repeated, static r => Assert.Equal(AppendOutcome.AlreadyAppended, r.Outcome));
    }

    [Fact]
    public async Task However_many_append_at_once_sessions_are_left_for_readers()
    {
        await using var ledger = await TestLedger.StartAsync();
        await ledger.Events.AppendAsync(s_stream, ExpectedVersion.NoStream, [TestEvents.New()]);
        var appends = new List<Task<AppendResult>>();
        await using (var connection = await ledger.Database.Unpooled.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var hold = new NpgsqlCommand("SELECT FROM ledger.streams FOR UPDATE", connection, transaction);
            await hold.ExecuteNonQueryAsync();
            appends.AddRange(Enumerable.Range(0, 300).Select(_ => Task.Run(() => ledger.Events.AppendAsync(s_stream, ExpectedVersion.Exactly(0), [TestEvents.New()]))));
            await ledger.UntilAsync(() => WaitingAsync().GetAwaiter().GetResult() == EventStore.MaxAtOnce, "as many appends as may wait for the stream");
            Assert.Equal(0, await ledger.Events.StreamVersionAsync(s_stream));
            await Task.Delay(200);
            Assert.Equal(EventStore.MaxAtOnce, await WaitingAsync());
        }

        var outcomes = (await Task.WhenAll(appends)).CountBy(a => a.Outcome).ToDictionary();
        Assert.Equal((1, 299), (outcomes[AppendOutcome.Appended], outcomes[AppendOutcome.WrongVersion]));

        async Task<long> WaitingAsync() =>
            (long)(await ledger.ExecuteAsync("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"))!;
    }

    [Fact]
    public async Task Appends_are_refused_by_name_until_the_log_was_checked()
    {
        await using var database = new LedgerDatabase("Host=/nonexistent;Username=nobody;Database=none");
        var events = new EventStore(database, new LedgerState(), TimeProvider.System);
        RefusedException refused = await Assert.ThrowsAsync<LedgerUnavailableException>(() =>
            events.AppendAsync(s_stream, ExpectedVersion.NoStream, [TestEvents.New()]));
        Assert.Equal((503, "ledger-unavailable"), (refused.Refusal.Status, refused.Refusal.Code));
        Assert.NotNull(refused.Refusal.RetryAfter);
        await Assert.ThrowsAsync<LedgerUnavailableException>(() => events.StreamVersionAsync(s_stream));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with+plus")]
    [InlineData("with space")]
    [InlineData("new\nline")]
    [InlineData("broadcast/ü")]
    public void A_name_that_could_be_written_in_two_ways_is_no_stream(string name) =>
        Assert.ThrowsAny<ArgumentException>(() => new StreamName(name));
}
