using LiveLedger.Harness.Ledgers;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

/// <summary>First events that come at the same time share a transaction, and nothing else.</summary>
public sealed class GroupCommitTests
{
    [Fact]
    public async Task Streams_that_begin_at_the_same_time_are_stored_in_a_few_transactions_and_each_once_in_the_log()
    {
        await using var ledger = await TestLedger.StartAsync();
        var events = Enumerable.Range(0, 300).Select(TestEvents.New).ToArray();

        var results = await TogetherAsync(ledger, () => events.Select((e, n) => ledger.Events.AppendFirstAsync(new($"test/{n}"), e)));

        Assert.All(results, result => Assert.Equal((AppendOutcome.Appended, 0L), (result.Outcome, result.Version)));
        await ledger.UntilPublishedAsync(301 + GroupCommit.WorthASecond);
        var logged = (await LogAudit.CheckAsync(ledger.Log)).Entries.Where(e => e.Stream.StartsWith("test/", StringComparison.Ordinal));
        Assert.Equal(events.Select(e => e.Id).Order(), logged.Select(e => e.EventId).Order());
        // The two that went before, and 300 by 128.
        Assert.Equal(5L, await ledger.ExecuteAsync("SELECT count(DISTINCT xmin::text) FROM ledger.events"));
    }

    [Fact]
    public async Task One_that_is_stored_already_is_told_so_and_its_company_is_stored()
    {
        await using var ledger = await TestLedger.StartAsync();
        var (known, taken) = (TestEvents.New(1), TestEvents.New(2));
        await ledger.Events.AppendFirstAsync(new("test/known"), known);
        await ledger.Events.AppendFirstAsync(new("test/taken"), taken);
        await ledger.Events.AppendFirstAsync(new("test/begun"), TestEvents.New());

        var (again, guilty, late) = (Task.FromResult<AppendResult>(null!), Task.FromResult<AppendResult>(null!), Task.FromResult<AppendResult>(null!));
        var others = await TogetherAsync(ledger, () =>
        {
            again = ledger.Events.AppendFirstAsync(new("test/known"), known);
            guilty = ledger.Events.AppendFirstAsync(new("test/other"), taken);
            late = ledger.Events.AppendFirstAsync(new("test/begun"), TestEvents.New());
            return Enumerable.Range(0, 20).Select(n => ledger.Events.AppendFirstAsync(new($"test/{n}"), TestEvents.New(n)));
        });

        Assert.All(others, result => Assert.Equal(AppendOutcome.Appended, result.Outcome));
        Assert.Equal(AppendOutcome.AlreadyAppended, (await again).Outcome);
        Assert.Equal((AppendOutcome.WrongVersion, 0L), ((await late).Outcome, (await late).Version));
        await Assert.ThrowsAsync<EventIdTakenException>(() => guilty);
        await ledger.UntilPublishedAsync(24 + GroupCommit.WorthASecond);
        Assert.Equal(24 + GroupCommit.WorthASecond, (await LogAudit.CheckAsync(ledger.Log)).Entries.Count);
    }

    [Fact]
    public async Task Two_that_begin_one_stream_are_not_both_its_first()
    {
        await using var ledger = await TestLedger.StartAsync();

        var results = await TogetherAsync(ledger, () => Enumerable.Range(0, 10).SelectMany(n => Enumerable.Range(0, 3).Select(_ => ledger.Events.AppendFirstAsync(new($"test/{n}"), TestEvents.New()))));

        Assert.Equal(10, results.Count(result => result.Outcome == AppendOutcome.Appended));
        Assert.Equal(20, results.Count(result => result.Outcome == AppendOutcome.WrongVersion));
    }

    [Fact]
    public async Task Who_goes_before_its_turn_is_not_stored_and_who_stays_is()
    {
        await using var ledger = await TestLedger.StartAsync();
        using var gone = new CancellationTokenSource();
        var left = Task.FromResult<AppendResult>(null!);

        var results = await TogetherAsync(ledger, () =>
        {
            var staying = Enumerable.Range(0, 10).Select(n => ledger.Events.AppendFirstAsync(new($"test/{n}"), TestEvents.New(n))).ToArray();
            left = ledger.Events.AppendFirstAsync(new("test/left"), TestEvents.New(), gone.Token);
            gone.Cancel();
            return staying;
        });

        Assert.All(results, result => Assert.True(result.IsStored));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.Empty(await ledger.Events.ReadStreamAsync(new("test/left")).ToListAsync());
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_named_to_all_who_wait_and_takes_the_next_when_it_does()
    {
        await using var ledger = await TestLedger.StartAsync();
        var refused = await Task.WhenAll(await HeldAsync(ledger, async () =>
        {
            var waiting = Enumerable.Range(0, 20).Select(n => Record.ExceptionAsync(() => ledger.Events.AppendFirstAsync(new($"test/{n}"), TestEvents.New(n))).AsTask()).ToArray();
            await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(20));
            return waiting;
        }));

        Assert.All(refused, e => Assert.IsType<LedgerUnavailableException>(e));
        Assert.True((await ledger.Events.AppendFirstAsync(new("test/after"), TestEvents.New())).IsStored);
    }

    // All asked while the two transactions that there may be wait for a lock, so that they are each other's company in the next.
    private static async Task<AppendResult[]> TogetherAsync(TestLedger ledger, Func<IEnumerable<Task<AppendResult>>> ask)
    {
        var before = new List<Task>();
        var results = await Task.WhenAll(await HeldAsync(ledger, async () =>
        {
            foreach (var (transaction, events) in ((int, int)[])[(1, 1), (2, GroupCommit.WorthASecond)])
            {
                before.AddRange(Enumerable.Range(0, events).Select(n => ledger.Events.AppendFirstAsync(new($"before/{transaction}/{n}"), TestEvents.New())));
                await ledger.UntilAsync(() => Waiting(ledger).Result == transaction, $"transaction {transaction} waits for the lock");
            }

            return ask().ToArray();
        }));
        await Task.WhenAll(before);
        return results;
    }

    private static async Task<long> Waiting(TestLedger ledger) =>
        (long)(await ledger.ExecuteAsync("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"))!;

    private static async Task<T> HeldAsync<T>(TestLedger ledger, Func<Task<T>> meanwhile)
    {
        await using var session = new NpgsqlConnection(ledger.Options.ConnectionString);
        await session.OpenAsync();
        await using var holding = await session.BeginTransactionAsync();
        await using (var held = new NpgsqlCommand("LOCK TABLE ledger.streams IN SHARE MODE", session, holding))
        {
            await held.ExecuteNonQueryAsync();
        }

        var result = await meanwhile();
        await holding.RollbackAsync();
        return result;
    }
}
