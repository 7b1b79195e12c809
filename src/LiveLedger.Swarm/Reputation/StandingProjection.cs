using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using LiveLedger.Transparency.Tree;
using Npgsql;

namespace LiveLedger.Swarm.Reputation;

/// <summary>
/// The projection that counts standings. It counts in memory and writes what changed; now and then it keeps its whole state, so that a start reads what came after and not the
/// log from its beginning. Rows are a function of the events alone, wherever batches end.
/// </summary>
/// <param name="ledger">Where the events behind a kept state are read.</param>
/// <param name="every">The state is kept at each index that is a multiple of this.</param>
internal sealed class StandingProjection(EventStore ledger, int every = 20_000)
{
    /// <summary>The projection, and the schema of its tables.</summary>
    public const string Name = "standings";

    private const int Page = 500;

    private static readonly string s_tables = Load("standing_tables.sql");
    private static readonly string s_place = Load("read_place.sql");

    // Of the live tables, and of a rebuild's: they are counted in turns.
    private readonly Dictionary<string, StandingMemory> _memories = [];

    public AsyncProjection Projection => new() { Name = Name, Version = 1, Tables = s_tables, Apply = ApplyAsync };

    private async Task ApplyAsync(NpgsqlTransaction transaction, IReadOnlyList<LoggedEvent> events, CancellationToken cancel)
    {
        var (schema, kept) = await PlaceAsync(transaction, cancel);
        var memory = await MemoryAsync(schema, kept, events[0].Index.Value, transaction, cancel);
        // Whatever fails from here on, what is in memory may not be what is in the tables: then it is read anew.
        _memories.Remove(schema);
        var rows = new StandingRows(transaction);
        foreach (var logged in events)
        {
            await memory.TakeAsync(logged, rows, transaction, cancel);
            // By the index, so that kept states too are of the events alone.
            if (memory.Next % (ulong)every == 0)
            {
                await rows.WriteAsync(memory, cancel);
                await memory.KeepAsync(rows, cancel);
                rows = new(transaction);
            }
        }

        await rows.WriteAsync(memory, cancel);
        _memories[schema] = memory;
    }

    // A memory is used only at the very place that it has come to: after a rollback, a swap of the tables or another process's turn it is at another.
    private async Task<StandingMemory> MemoryAsync(string schema, ulong kept, ulong first, NpgsqlTransaction transaction, CancellationToken cancel)
    {
        if (_memories.TryGetValue(schema, out var memory) && memory.Next == first && memory.KeptAt == kept)
        {
            return memory;
        }

        memory = new(kept);
        while (memory.Next < first)
        {
            var page = await ledger.ReadRangeAsync(new LedgerIndex(memory.Next), (int)Math.Min(Page, first - memory.Next), cancel);
            if (page.Count == 0)
            {
                throw new InvalidDataException($"leaf {memory.Next} is missing from the log");
            }

            foreach (var logged in page)
            {
                await memory.TakeAsync(logged, null, transaction, cancel);
            }
        }

        return memory;
    }

    private static async Task<(string Schema, ulong Kept)> PlaceAsync(NpgsqlTransaction transaction, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_place, transaction.Connection, transaction);
        await using var row = await command.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return (row.GetString(0), row.IsDBNull(1) ? 0 : (ulong)row.GetInt64(1));
    }

    public static string Load(string name) => Sql.Load(typeof(StandingProjection).Assembly, $"Reputation/{name}");
}
