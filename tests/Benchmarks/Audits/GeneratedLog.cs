using LiveLedger.Cryptography;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Benchmarks.Audits;

/// <summary>A long log, written into its tables directly: what appending would have left there, without the time of appending.</summary>
internal static class GeneratedLog
{
    // No reader uses them, and the rows need not outlive the machine.
    private const string Prepare = """
        ALTER TABLE ledger.events DROP CONSTRAINT events_id_key, DROP CONSTRAINT events_stream_version_key;
        ALTER TABLE ledger.events SET UNLOGGED;
        ALTER TABLE ledger.leaves SET UNLOGGED;
        ALTER TABLE ledger.nodes SET UNLOGGED;
        """;

    /// <summary>Makes a log of so many leaves under a signed checkpoint.</summary>
    public static async Task<LedgerOptions> MakeAsync(int leaves)
    {
        var options = await TestLedger.NewOptionsAsync();
        await using var database = new LedgerDatabase(options.ConnectionString);
        await database.UpgradeAsync();
        await ExecuteAsync(database, Prepare);

        var tree = new CompactRange();
        var levels = new List<List<Bytes32>> { new() };
        var writing = WriteLeavesAsync(database, leaves, tree, levels);
        await WriteEventsAsync(database, leaves);
        await writing;
        await WriteNodesAsync(database, levels);
        // A log that has grown for months was vacuumed long ago; else autovacuum begins while the reading is timed.
        await ExecuteAsync(database, $"UPDATE ledger.head SET size = {leaves}, signed = true; VACUUM ANALYZE ledger.events, ledger.leaves, ledger.nodes; CHECKPOINT");
        var note = new Checkpoint(options.Origin, tree.Head).Sign(new NoteSigner(options.Origin, options.LogKey)).ToBytes();
        return CheckpointStore.Signed(options).TryReplace([], note) ? options : throw new InvalidOperationException("the store holds a checkpoint already");
    }

    private static async Task WriteEventsAsync(LedgerDatabase database, int leaves)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync("COPY ledger.events (pos, id, stream, version, entry, payload, salt) FROM STDIN (FORMAT binary)");
        for (var index = 0; index < leaves; index++)
        {
            var entry = EntryAt(index);
            await copy.StartRowAsync();
            await copy.WriteAsync(index + 1L, NpgsqlDbType.Bigint);
            await copy.WriteAsync(entry.EventId, NpgsqlDbType.Uuid);
            await copy.WriteAsync(entry.Stream, NpgsqlDbType.Text);
            await copy.WriteAsync((long)entry.StreamVersion, NpgsqlDbType.Bigint);
            await copy.WriteAsync(entry.Encode(), NpgsqlDbType.Bytea);
            await copy.WriteAsync("{}"u8.ToArray(), NpgsqlDbType.Bytea);
            await copy.WriteAsync(new byte[PayloadDigest.SaltLength], NpgsqlDbType.Bytea);
        }

        await copy.CompleteAsync();
    }

    private static async Task WriteLeavesAsync(LedgerDatabase database, int leaves, CompactRange tree, List<List<Bytes32>> levels)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync("COPY ledger.leaves (index, pos, hash) FROM STDIN (FORMAT binary)");
        for (var index = 0; index < leaves; index++)
        {
            var leaf = EntryAt(index).Leaf();
            tree.Append(leaf);
            Add(levels, 0, leaf.Value);
            await copy.StartRowAsync();
            await copy.WriteAsync((long)index, NpgsqlDbType.Bigint);
            await copy.WriteAsync(index + 1L, NpgsqlDbType.Bigint);
            await copy.WriteAsync(leaf.Value.ToArray(), NpgsqlDbType.Bytea);
        }

        await copy.CompleteAsync();
    }

    // Leaves are forgotten tile by tile; of the levels above all hashes are kept.
    private static void Add(List<List<Bytes32>> levels, int level, Bytes32 hash)
    {
        levels[level].Add(hash);
        if (levels[level].Count % TilePath.FullWidth > 0)
        {
            return;
        }

        var above = HashTile.Above([.. levels[level].TakeLast(TilePath.FullWidth)]);
        if (levels.Count == level + 1)
        {
            levels.Add([]);
        }

        if (level == 0)
        {
            levels[0].Clear();
        }

        Add(levels, level + 1, above);
    }

    private static async Task WriteNodesAsync(LedgerDatabase database, List<List<Bytes32>> levels)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync("COPY ledger.nodes (level, index, hash) FROM STDIN (FORMAT binary)");
        for (var level = 1; level < levels.Count; level++)
        {
            for (var index = 0; index < levels[level].Count; index++)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync((short)level, NpgsqlDbType.Smallint);
                await copy.WriteAsync((long)index, NpgsqlDbType.Bigint);
                await copy.WriteAsync(levels[level][index].ToArray(), NpgsqlDbType.Bytea);
            }
        }

        await copy.CompleteAsync();
    }

    private static LedgerEntry EntryAt(int index) => new()
    {
        EventId = new Guid(index, 1, 2, new byte[8]),
        Stream = $"segments/01990000-0000-7000-8000-0000000000{index % 50:00}/video",
        StreamVersion = (ulong)(index / 50),
        Type = "segment-sealed",
        Schema = 1,
        RecordedAt = DateTimeOffset.UnixEpoch.AddSeconds(1_800_000_000 + index / 5000),
        Actor = "system",
        Payload = PayloadDigest.Of(new byte[PayloadDigest.SaltLength], "{}"u8),
    };

    private static async Task ExecuteAsync(LedgerDatabase database, string sql)
    {
        foreach (var statement in sql.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            await using var command = database.Source.CreateCommand(statement);
            command.CommandTimeout = 600;
            await command.ExecuteNonQueryAsync();
        }
    }
}
