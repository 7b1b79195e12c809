using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger.Embedded;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

/// <summary>The database goes away, or a session of ours hangs in it.</summary>
public sealed class DatabaseAwayTests
{
    [Fact]
    public async Task PostgreSQL_going_away_and_coming_back_loses_and_doubles_nothing()
    {
        var directory = PostgresCluster.NewDirectory();
        var server = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(directory));
        try
        {
            var folder = (await PostgresCluster.SharedAsync()).NewFolder();
            await using var ledger = await TestLedger.StartAsync(TestLedger.OptionsFor(server.ConnectionString, folder));
            using var stop = new CancellationTokenSource();
            var refusals = 0;
            var appending = Enumerable.Range(0, 4).Select(client => Task.Run(async () =>
            {
                var made = new List<Guid>();
                while (!stop.IsCancellationRequested)
                {
                    var next = TestEvents.New(made.Count);
                    made.Add(next.Id);
                    while (true)
                    {
                        try
                        {
                            // The same event again until it is stored: what an interrupted append left behind must not be doubled.
                            await ledger.Events.AppendAsync(new($"test/{client}"), ExpectedVersion.Any, [next]);
                            break;
                        }
                        catch (LedgerUnavailableException)
                        {
                            Interlocked.Increment(ref refusals);
                            await Task.Delay(20);
                        }
                    }
                }

                return made;
            })).ToArray();

            await ledger.UntilPublishedAsync(50);
            await server.StopAsync();
            await ledger.UntilAsync(() => Volatile.Read(ref refusals) > 20, "appends are refused while the database is away");
            server = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(directory));
            var before = (int)ledger.Log.Head().Size.Value;
            await ledger.UntilPublishedAsync(before + 50);
            await stop.CancelAsync();
            var made = (await Task.WhenAll(appending)).SelectMany(ids => ids).ToList();

            await ledger.UntilPublishedAsync(made.Count);
            var audited = await LogAudit.CheckAsync(ledger.Log);
            Assert.Equal(made.Order(), audited.Entries.Select(e => e.EventId).Order());
        }
        finally
        {
            await server.StopAsync();
            await PostgresCluster.DeleteAsync(directory);
        }
    }

    [Theory]
    [InlineData("08006")]
    [InlineData("25006")]
    [InlineData("25P03")]
    [InlineData("3D000")]
    [InlineData("40001")]
    [InlineData("40P01")]
    [InlineData("53300")]
    [InlineData("57014")]
    [InlineData("57P01")]
    public void A_state_that_comes_and_goes_is_a_database_that_is_away(string state) =>
        Assert.True(LedgerUnavailableException.IsAway(new PostgresException("it says no", "ERROR", "ERROR", state)));

    [Fact]
    public async Task A_process_frozen_in_the_middle_of_an_append_lets_go_of_its_stream()
    {
        await using var ledger = await TestLedger.StartAsync();
        await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.NoStream, [TestEvents.New()]);
        await using var frozen = new LedgerDatabase(ledger.Options.ConnectionString);
        await using var session = await frozen.Source.OpenConnectionAsync();
        await using var open = await session.BeginTransactionAsync();
        await using (var begun = new NpgsqlCommand("UPDATE ledger.streams SET version = 1 WHERE name = 'test/one'", session, open))
        {
            Assert.Equal(1, await begun.ExecuteNonQueryAsync());
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        var appended = await ledger.Events.AppendAsync(new("test/one"), ExpectedVersion.Exactly(0), [TestEvents.New()], limit.Token);
        Assert.Equal(AppendOutcome.Appended, appended.Outcome);
        await Assert.ThrowsAnyAsync<Exception>(() => open.CommitAsync());
        await ledger.UntilPublishedAsync(2);
        await LogAudit.CheckAsync(ledger.Log);
    }
}
