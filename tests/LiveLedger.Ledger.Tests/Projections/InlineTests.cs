using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Projections;
using Npgsql;

namespace LiveLedger.Ledger.Tests.Projections;

public sealed class InlineTests
{
    private const string Table = "tallies.tallies";

    [Fact]
    public async Task Rebuilt_while_appends_go_on_they_are_byte_identical_and_no_append_is_refused_or_kept_waiting()
    {
        await using var ledger = await StartAsync();
        await AppendAsync(ledger, 500);
        using var over = new CancellationTokenSource();
        var slowest = new ConcurrentBag<TimeSpan>();
        var writers = Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
        {
            var appended = 0;
            for (; !over.IsCancellationRequested; appended++)
            {
                // Two writers share a stream, so versions are fought for; between them stand events that the tables do not follow.
                var watch = Stopwatch.StartNew();
                await ledger.Events.AppendAsync(new(appended % 5 == 4 ? $"other/{w}" : $"tally/shared-{w / 2}"), ExpectedVersion.Any, [TestEvents.New(appended)]);
                slowest.Add(watch.Elapsed);
            }

            return appended;
        })).ToArray();
        for (var round = 0; round < 6; round++)
        {
            await ledger.Inline.RebuildAllAsync();
        }

        await over.CancelAsync();
        var count = 500 + (await Task.WhenAll(writers)).Sum();
        var live = await TableBytes.OfAsync(ledger.Database, Table);
        await ledger.Inline.RebuildAllAsync();
        Assert.Equal(live, await TableBytes.OfAsync(ledger.Database, Table));
        Assert.True(slowest.Max() < TimeSpan.FromSeconds(10), $"an append took {slowest.Max()}");

        await ledger.UntilPublishedAsync(count);
        var entries = (await LogAudit.CheckAsync(ledger.Log)).Entries;
        Assert.Equal(count, entries.Count);
        Assert.Equal((long)entries.Count(static e => e.Stream.StartsWith("tally/", StringComparison.Ordinal)), Convert.ToInt64(await ledger.ExecuteAsync($"SELECT sum(version + 1) FROM {Table}"), null));
        Assert.Equal(8L, await ledger.ExecuteAsync("SELECT generation FROM ledger.projections WHERE name = 'tallies'"));
    }

    [Fact]
    public async Task A_rebuild_reads_what_waits_for_its_index_too()
    {
        await using var ledger = await StartAsync();
        await AppendAsync(ledger, 20);
        await ledger.UntilPublishedAsync(20);
        await ledger.StopKeepingAsync();
        await AppendAsync(ledger, 30);
        Assert.Equal(30L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger.pending"));
        var live = await TableBytes.OfAsync(ledger.Database, Table);

        await ledger.ExecuteAsync($"DELETE FROM {Table}");
        await ledger.Inline.RebuildAllAsync();

        Assert.Equal(live, await TableBytes.OfAsync(ledger.Database, Table));
        await using var again = await TestLedger.StartAsync(ledger.Options);
        await again.UntilPublishedAsync(50);
        await LogAudit.CheckAsync(again.Log);
    }

    [Theory]
    [InlineData(nameof(ProjectionStep.RebuildBegun))]
    [InlineData(nameof(ProjectionStep.RebuildWritten))]
    [InlineData(nameof(ProjectionStep.RebuildCommitted))]
    [InlineData(nameof(ProjectionStep.CaughtUp))]
    [InlineData(nameof(ProjectionStep.Swapped))]
    public async Task A_rebuild_that_fails_at_a_step_goes_on_to_the_same_rows(string name)
    {
        await using var ledger = await StartAsync();
        await AppendAsync(ledger, 40);
        await ledger.UntilPublishedAsync(40);
        var live = await TableBytes.OfAsync(ledger.Database, Table);
        Assert.True(await ProjectionTables.RequestRebuildAsync(ledger.Database, "tallies", default));
        var failing = new InlineRebuild(ledger.Database, [Tallies.Inline], new(), TimeProvider.System, at =>
        {
            if (at == Enum.Parse<ProjectionStep>(name))
            {
                throw new IOException("the process ends here");
            }
        });
        await Assert.ThrowsAsync<IOException>(() => failing.RunRequestedAsync(default));

        await AppendAsync(ledger, 10, from: 40);
        Assert.Equal(50L, await CountAsync(ledger));
        var done = await ledger.Inline.RunRequestedAsync(default);

        // A process that ends after the swap has left nothing to do.
        Assert.Equal(name == nameof(ProjectionStep.Swapped) ? [] : ["tallies"], done);
        Assert.NotEqual(live, await TableBytes.OfAsync(ledger.Database, Table));
        live = await TableBytes.OfAsync(ledger.Database, Table);
        await ledger.Inline.RebuildAllAsync();
        Assert.Equal(live, await TableBytes.OfAsync(ledger.Database, Table));
        Assert.Equal(50L, await CountAsync(ledger));
        await ledger.UntilPublishedAsync(50);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task An_append_that_holds_its_place_for_long_delays_the_swap_and_not_the_other_appends()
    {
        await using var ledger = await StartAsync();
        await AppendAsync(ledger, 10);
        Task rebuild;
        await using (var connection = await ledger.Database.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var enter = new NpgsqlCommand("SELECT ledger.enter_inline('tallies', 1)", connection, transaction);
            await enter.ExecuteNonQueryAsync();
            rebuild = ledger.Inline.RebuildAllAsync();
            var watch = Stopwatch.StartNew();
            for (var appended = 0; watch.Elapsed < TimeSpan.FromSeconds(2); appended++)
            {
                var one = Stopwatch.StartNew();
                await AppendAsync(ledger, 1, from: 10 + appended);
                Assert.True(one.Elapsed < TimeSpan.FromSeconds(10), $"an append took {one.Elapsed}");
            }

            Assert.False(rebuild.IsCompleted);
        }

        await rebuild;
        var live = await TableBytes.OfAsync(ledger.Database, Table);
        await ledger.Inline.RebuildAllAsync();
        Assert.Equal(live, await TableBytes.OfAsync(ledger.Database, Table));
    }

    [Fact]
    public async Task An_older_program_is_refused_appends_to_the_tables_of_a_newer_one_and_does_not_start_over_them()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using var old = await TestLedger.StartAsync(options, [Tallies.Inline]);
        await AppendAsync(old, 10);
        var newer = Tallies.Inline with { Version = 2, Tables = Tallies.Inline.Tables + "; CREATE INDEX by_sum ON tallies (sum)" };
        await using var upgraded = await TestLedger.StartAsync(options, [newer]);
        Assert.Equal(10L, await CountAsync(upgraded));

        var refused = await Assert.ThrowsAsync<LedgerUnavailableException>(() => AppendAsync(old, 1, from: 10));
        Assert.Contains("another version", refused.Message, StringComparison.Ordinal);
        await old.Events.AppendAsync(new("other/1"), ExpectedVersion.NoStream, [TestEvents.New()]);
        await Assert.ThrowsAsync<ProjectionNewerException>(() => old.Inline.PrepareAsync());
        await AppendAsync(upgraded, 5, from: 10);

        Assert.Equal(15L, await CountAsync(upgraded));
        await upgraded.UntilPublishedAsync(16);
        Assert.Equal(16, (await LogAudit.CheckAsync(upgraded.Log)).Entries.Count);
    }

    [Fact]
    public async Task Tables_that_are_new_to_a_log_are_filled_from_it_with_old_events_in_todays_schema()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var before = await TestLedger.StartAsync(options))
        {
            // Schema 0 called the number n.
            await before.Events.AppendAsync(new("tally/old"), ExpectedVersion.NoStream,
                [TestEvents.New() with { Schema = 0, PayloadJson = """{"n":7}"""u8.ToArray() }, TestEvents.New(5)]);
            await before.UntilPublishedAsync(2);
        }

        var upcasters = new Upcasters(("test-happened", 0, old => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(old.Span).Replace("\"n\"", "\"number\"", StringComparison.Ordinal))));
        await using var ledger = await TestLedger.StartAsync(options, [Tallies.Inline], upcasters);
        Assert.Equal(12L, Convert.ToInt64(await ledger.ExecuteAsync($"SELECT sum FROM {Table}"), null));

        // A late delivery of the old kind is written through the same step, and readers see the new schema everywhere.
        await ledger.Events.AppendAsync(new("tally/old"), ExpectedVersion.Exactly(1), [TestEvents.New() with { Schema = 0, PayloadJson = """{"n":1}"""u8.ToArray() }]);
        var live = await TableBytes.OfAsync(ledger.Database, Table);
        await ledger.Inline.RebuildAllAsync();
        Assert.Equal(live, await TableBytes.OfAsync(ledger.Database, Table));
        Assert.Equal([7L, 5L, 1L], (await ledger.Events.ReadStreamAsync(new("tally/old")).ToListAsync()).Select(Tallies.Number));
        Assert.All(await ledger.Events.ReadRangeAsync(new(0), 3), static e => Assert.Equal(1, e.Event.Schema));

        // What proves them does not.
        await ledger.UntilPublishedAsync(3);
        Assert.Equal([0, 1, 0], (await LogAudit.CheckAsync(ledger.Log)).Entries.Select(static e => (int)e.Schema));
    }

    private static async Task<TestLedger> StartAsync() => await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), [Tallies.Inline]);

    private static async Task<long> CountAsync(TestLedger ledger) => Convert.ToInt64(await ledger.ExecuteAsync($"SELECT sum(version + 1) FROM {Table}"), null);

    private static async Task AppendAsync(TestLedger ledger, int count, int from = 0)
    {
        for (var done = 0; done < count;)
        {
            var events = Enumerable.Range(from + done, Math.Min(7, count - done)).Select(TestEvents.New).ToArray();
            await ledger.Events.AppendAsync(new($"tally/{(from + done) / 7 % 5}"), ExpectedVersion.Any, events);
            done += events.Length;
        }
    }
}
