using System.Collections.Concurrent;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Schema;
using LiveLedger.Ledger.Subscriptions;

namespace LiveLedger.Ledger.Tests;

public sealed class SubscriptionTests
{
    [Fact]
    public async Task Each_message_is_sent_under_its_events_id_and_those_of_a_stream_in_its_order()
    {
        await using var ledger = await TestLedger.StartAsync();
        await AppendAsync(ledger, 300);
        var outside = new Outside();
        await using var sender = await Sender.StartAsync(ledger, outside.Subscription);
        await AppendAsync(ledger, 700);
        await UntilAsync(ledger, sender, 1000);

        await ledger.UntilPublishedAsync(1000);
        var told = (await LogAudit.CheckAsync(ledger.Log)).Entries.Where(static e => e.Stream.StartsWith("told/", StringComparison.Ordinal)).ToArray();
        Assert.Equal(told.Select(static e => e.EventId).Order(), outside.Taken.Select(static m => m.Id).Order());
        foreach (var stream in told.GroupBy(static e => e.Stream))
        {
            Assert.Equal(stream.Select(static e => (long)e.StreamVersion), outside.Taken.Where(m => m.Stream == stream.Key).Select(static m => m.Version));
        }

        Assert.InRange(outside.Most, 2, OutwardSubscription.InFlight);
    }

    [Theory]
    [InlineData(nameof(SubscriptionStep.Sent))]
    [InlineData(nameof(SubscriptionStep.Advanced))]
    public async Task A_publisher_that_ends_at_a_step_loses_nothing_and_repeats_only_what_it_had_not_noted(string name)
    {
        await using var ledger = await TestLedger.StartAsync();
        await AppendAsync(ledger, 100);
        await ledger.UntilPublishedAsync(100);
        var outside = new Outside();
        var failed = 0;
        await using var sender = await Sender.StartAsync(ledger, outside.Subscription, at =>
        {
            if (at == Enum.Parse<SubscriptionStep>(name) && Interlocked.Exchange(ref failed, 1) == 0)
            {
                throw new IOException("the process ends here");
            }
        });
        await UntilAsync(ledger, sender, 100);

        var ids = outside.Taken.GroupBy(static m => m.Id).ToArray();
        Assert.Equal(75, ids.Length);
        Assert.All(ids, g => Assert.Equal(name == nameof(SubscriptionStep.Sent) ? 2 : 1, g.Count()));
        Assert.Equal(1, failed);
    }

    [Fact]
    public async Task A_broker_that_refuses_or_does_not_answer_is_asked_again_and_holds_up_no_append()
    {
        await using var ledger = await TestLedger.StartAsync();
        var outside = new Outside { Refuses = true };
        await using var sender = await Sender.StartAsync(ledger, outside.Subscription with { Patience = TimeSpan.FromMilliseconds(300) });
        await AppendAsync(ledger, 40);
        await ledger.UntilAsync(() => sender.Lines.Count(static l => l.Contains("wait for", StringComparison.Ordinal)) >= 2, "the refusal is told");
        (outside.Refuses, outside.Hangs) = (false, true);
        await AppendAsync(ledger, 60);
        await ledger.UntilAsync(() => sender.Lines.Count(static l => l.Contains("wait for", StringComparison.Ordinal)) >= 4, "the silence is told");
        Assert.Equal(0L, await ledger.ExecuteAsync("SELECT next FROM ledger.subscriptions"));

        outside.Hangs = false;
        await UntilAsync(ledger, sender, 100);
        Assert.Equal(75, outside.Taken.Select(static m => m.Id).Distinct().Count());
    }

    [Fact]
    public async Task Of_two_processes_one_sends_and_the_other_takes_over_where_it_was()
    {
        await using var one = await TestLedger.StartAsync();
        await using var two = await TestLedger.StartAsync(one.Options);
        var outside = new Outside();
        await using var first = await Sender.StartAsync(one, outside.Subscription);
        await AppendAsync(one, 40);
        await UntilAsync(one, first, 40);
        await using var second = await Sender.StartAsync(two, outside.Subscription);
        await Task.Delay(700);
        Assert.DoesNotContain(second.Lines, static l => l.Contains("this process sends", StringComparison.Ordinal));

        await first.DisposeAsync();
        await AppendAsync(two, 40);
        await UntilAsync(two, second, 80);
        Assert.Contains(second.Lines, static l => l.Contains("this process sends", StringComparison.Ordinal));
        Assert.Equal(60, outside.Taken.Count);
        Assert.Equal(60, outside.Taken.Select(static m => m.Id).Distinct().Count());
    }

    [Fact]
    public async Task A_follower_of_some_streams_gets_theirs_and_no_others()
    {
        await using var ledger = await TestLedger.StartAsync();
        await AppendAsync(ledger, 100);
        await ledger.UntilPublishedAsync(100);
        var from = await ledger.Events.ReadEndAsync();
        Assert.Equal(100UL, from.Value);
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var following = Task.Run(async () => await ledger.Events.FollowAsync("told/b", from, enough.Token).Take(25).ToListAsync(enough.Token));
        await AppendAsync(ledger, 100);

        var followed = await following;
        Assert.All(followed, static e => Assert.Equal("told/b", e.Event.Stream.Value));
        await ledger.UntilPublishedAsync(200);
        Assert.Equal((await LogAudit.CheckAsync(ledger.Log)).Entries.Skip(100).Where(static e => e.Stream == "told/b").Select(static e => e.EventId), followed.Select(static e => e.Event.Id));
    }

    // What follows the log reads it all the time: of its newest few events, however long it is. Followers, projections, readers of pages, the journal.
    [Theory]
    [InlineData("Events/read_followed.sql", "3000", "1000", "ARRAY['rare/']")]
    [InlineData("Projections/read_batch.sql", "3000", "500", "16777216")]
    [InlineData("Events/read_range.sql", "3000", "500")]
    [InlineData("Journal/read_events.sql", "3000", "4000")]
    public async Task Events_are_looked_up_by_their_positions_and_never_are_all_read(string file, params string[] given)
    {
        await using var ledger = await TestLedger.StartAsync();
        await AppendAsync(ledger, 4000);
        await ledger.UntilPublishedAsync(4000);
        await ledger.ExecuteAsync("ANALYZE ledger.leaves, ledger.events");
        var sql = given.Select(static (value, n) => (value, Name: $"${n + 1}")).Aggregate(Sql.Load(file), static (sql, g) => sql.Replace(g.Name, g.value, StringComparison.Ordinal));

        // However dear the planner takes look-ups to be.
        await ledger.ExecuteAsync($$"""
            CREATE FUNCTION plan() RETURNS text LANGUAGE plpgsql SET enable_nestloop = off AS $f$
            DECLARE line text; plan text := '';
            BEGIN FOR line IN EXECUTE $q$EXPLAIN {{sql}}
            $q$ LOOP plan := plan || line || E'\n'; END LOOP; RETURN plan; END $f$
            """);
        var plan = (string)(await ledger.ExecuteAsync("SELECT plan()"))!;
        Assert.Matches(@"Index Cond: \(pos = \w+\.pos\)", plan);
        Assert.DoesNotContain("Seq Scan on events", plan, StringComparison.Ordinal);
    }

    private static async Task AppendAsync(TestLedger ledger, int count)
    {
        string[] streams = ["told/a", "told/b", "untold", "told/c"];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async s =>
        {
            for (var n = 0; n < count / 4; n++)
            {
                await ledger.Events.AppendAsync(new(streams[s]), ExpectedVersion.Any, [TestEvents.New(n)]);
            }
        }));
    }

    private static async Task UntilAsync(TestLedger ledger, Sender sender, long next)
    {
        var until = DateTime.UtcNow.AddSeconds(30);
        while (await ledger.ExecuteAsync("SELECT next FROM ledger.subscriptions") is not long at || at < next)
        {
            Assert.True(DateTime.UtcNow < until, $"the messages are not at {next}: {string.Join('\n', sender.Lines.TakeLast(3))}");
            await Task.Delay(20);
        }
    }

    /// <summary>Whoever takes messages, sometimes.</summary>
    private sealed class Outside
    {
        private int _now;

        public ConcurrentQueue<(Guid Id, string Stream, long Version)> Taken { get; } = new();

        public bool Refuses { get; set; }

        public bool Hangs { get; set; }

        /// <summary>Most messages that were on their way at once.</summary>
        public int Most { get; private set; }

        public OutwardSubscription Subscription => new()
        {
            Name = "outside",
            MessageOf = static e => e.Event.Stream.Value.StartsWith("told/", StringComparison.Ordinal) ? e.Event.Version : null,
            Send = async (message, cause, cancel) =>
            {
                Most = Math.Max(Most, Interlocked.Increment(ref _now));
                try
                {
                    await Task.Delay(Hangs ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(1), cancel);
                    if (Refuses)
                    {
                        throw new IOException("the broker refuses");
                    }

                    Taken.Enqueue((cause.Id, cause.Stream.Value, (long)message));
                }
                finally
                {
                    Interlocked.Decrement(ref _now);
                }
            },
        };
    }

    /// <summary>One process's publisher.</summary>
    private sealed class Sender : IAsyncDisposable
    {
        private readonly CapturedLog<SubscriptionRunner> _lines = new();
        private readonly SubscriptionRunner _runner;

        private Sender(TestLedger ledger, OutwardSubscription subscription, Action<SubscriptionStep> reached) =>
            _runner = new(ledger.Database, ledger.State, ledger.Events, ledger.Log, [subscription], TimeProvider.System, _lines, reached);

        public IEnumerable<string> Lines => _lines.Lines;

        public static async Task<Sender> StartAsync(TestLedger ledger, OutwardSubscription subscription, Action<SubscriptionStep>? reached = null)
        {
            var sender = new Sender(ledger, subscription, reached ?? (static _ => { }));
            await sender._runner.StartAsync(default);
            return sender;
        }

        public async ValueTask DisposeAsync()
        {
            await _runner.StopAsync(default);
            _runner.Dispose();
        }
    }
}
