using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Schema;
using LiveLedger.Transparency.Entries;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

public sealed class SchemaTests
{
    [Fact]
    public async Task A_database_of_the_first_schema_is_upgraded_with_events_still_waiting_for_an_index()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var database = new LedgerDatabase(options.ConnectionString))
        await using (var connection = await database.Unpooled.OpenConnectionAsync())
        {
            await ExecuteAsync(connection, "CREATE TABLE public.liveledger_schema (room text, file text, PRIMARY KEY (room, file))");
            foreach (var file in new[] { "Schema/001_ledger.sql", "Schema/002_append.sql" })
            {
                await ExecuteAsync(connection, Sql.Load(file));
                await ExecuteAsync(connection, $"INSERT INTO public.liveledger_schema VALUES ('ledger', '{file}')");
            }

            var stream = new StreamName("test/old");
            var old = EventEncoding.Of(stream, -1, [TestEvents.New(0), TestEvents.New(1), TestEvents.New(2)], DateTimeOffset.UtcNow);
            await using var append = new NpgsqlCommand("SELECT outcome FROM ledger.append($1, -1, $2, $3, $4, $5)", connection)
            {
                Parameters =
                {
                    new() { Value = stream.Value },
                    new() { Value = old.Ids },
                    new() { Value = old.Entries },
                    new() { Value = old.Payloads.Select(p => p.ToArray()).ToArray() },
                    new() { Value = old.Salts },
                },
            };
            Assert.Equal(0, await append.ExecuteScalarAsync());
        }

        await using var ledger = await TestLedger.StartAsync(options);
        var next = await ledger.Events.AppendAndSequenceAsync(new("test/old"), ExpectedVersion.Exactly(2), [TestEvents.New(3)]);
        Assert.Equal(3UL, next.Indexes[0].Value);

        // The auditor hashes the entries, so a wrong hash taken over from the queue would not pass.
        await ledger.UntilPublishedAsync(4);
        var audited = await LogAudit.CheckAsync(ledger.Log);
        Assert.Equal([0UL, 1, 2, 3], audited.Entries.Select((LedgerEntry e) => e.StreamVersion));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
