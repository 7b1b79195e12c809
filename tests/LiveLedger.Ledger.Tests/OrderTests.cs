using System.Collections.Concurrent;
using LiveLedger.Harness.Ledgers;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

/// <summary>The order that global positions by sequence or by transaction id get wrong: late commits, roll-backs, and transactions that wrote elsewhere first.</summary>
public sealed class OrderTests
{
    private const int Writers = 16, Transactions = 50_000, Streams = 200;

    private static readonly TimeSpan s_stall = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Fifty_thousand_transactions_that_dawdle_roll_back_and_write_elsewhere_first_lose_no_event_and_invert_none()
    {
        await using var ledger = await TestLedger.StartAsync();
        await ledger.ExecuteAsync("CREATE TABLE other (at timestamptz, writer int)");

        // Somebody else's transaction that wrote first and stays open for the whole run: with a cursor by transaction id it stops everything.
        await using var idle = new NpgsqlConnection(ledger.Options.ConnectionString);
        await idle.OpenAsync();
        await using var open = await idle.BeginTransactionAsync();
        await ExecuteAsync(idle, open, "INSERT INTO other VALUES (now(), -1)");

        var stored = new ConcurrentDictionary<Guid, byte>();
        var rolledBack = new ConcurrentDictionary<Guid, byte>();
        var left = Transactions;
        var longest = TimeSpan.Zero;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            await using var connection = await ledger.Database.Unpooled.OpenConnectionAsync();
            var random = new Random(writer);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await TransactAsync(ledger, connection, random, stored, rolledBack);
            }
        })));

        while (!writing.IsCompleted)
        {
            if ((await ledger.Log.PendingAsync()).Oldest is { } oldest && DateTimeOffset.UtcNow - oldest is var waited && waited > longest)
            {
                longest = waited;
            }

            await Task.Delay(200);
        }

        await writing;
        await ledger.UntilPublishedAsync(stored.Count);
        await open.CommitAsync();

        // The audit finds every index taken once, and each stream in the order of its versions.
        var audited = await LogAudit.CheckAsync(ledger.Log);
        var logged = audited.Entries.Select(e => e.EventId).ToHashSet();
        Assert.Equal(stored.Count, logged.Count);
        Assert.True(logged.SetEquals(stored.Keys), "what was committed is what is in the log");
        Assert.DoesNotContain(logged, rolledBack.ContainsKey);
        Assert.InRange(rolledBack.Count, 1_000, Transactions);
        Assert.True(longest < s_stall, $"an event waited {longest} for its index");
    }

    private static async Task TransactAsync(TestLedger ledger, NpgsqlConnection connection, Random random, ConcurrentDictionary<Guid, byte> stored, ConcurrentDictionary<Guid, byte> rolledBack)
    {
        var stream = new StreamName($"test/{random.Next(Streams)}");
        await using var transaction = await connection.BeginTransactionAsync();
        if (random.Next(3) == 0)
        {
            // This transaction has its id now, and draws its position after others with higher ids.
            await ExecuteAsync(connection, transaction, "INSERT INTO other VALUES (now(), 0)");
        }

        if (random.Next(10) == 0)
        {
            await Task.Delay(random.Next(1, 4));
        }

        var version = await ledger.Events.StreamVersionAsync(stream);
        var events = Enumerable.Range(0, random.Next(1, 4)).Select(TestEvents.New).ToArray();
        var appended = await AppendAsync(connection, transaction, stream, version, events);
        if (appended && random.Next(20) == 0)
        {
            // Holds the stream's row, and keeps a position that others overtake.
            await Task.Delay(random.Next(1, 4));
        }

        if (appended && random.Next(10) != 0)
        {
            await transaction.CommitAsync();
            Array.ForEach(events, e => stored.TryAdd(e.Id, 0));
        }
        else
        {
            await transaction.RollbackAsync();
            Array.ForEach(events, e => rolledBack.TryAdd(e.Id, 0));
        }
    }

    private static async Task<bool> AppendAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, StreamName stream, long version, NewEvent[] events)
    {
        var encoding = EventEncoding.Of(stream, version, events, DateTimeOffset.UtcNow);
        return (await EventAppend.Logged.RunAsync(connection, transaction, stream, version, encoding, default)).Outcome == AppendOutcome.Appended;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync();
    }
}
