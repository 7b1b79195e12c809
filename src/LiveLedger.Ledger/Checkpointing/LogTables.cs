using LiveLedger.Cryptography;
using LiveLedger.Ledger.Schema;
using LiveLedger.Transparency.Tree;
using Npgsql;

namespace LiveLedger.Ledger.Checkpointing;

/// <summary>The log's tables, over the one session of a leader or checker.</summary>
internal sealed class LogTables(NpgsqlConnection connection, Action<LedgerStep> reached)
{
    private const int LeafPage = 20_000;

    private static readonly string s_head = Sql.Load("Checkpointing/read_head.sql");
    private static readonly string s_leaves = Sql.Load("Checkpointing/read_leaves.sql");
    private static readonly string s_nodes = Sql.Load("Checkpointing/store_nodes.sql");
    private static readonly string s_unsigned = Sql.Load("Recovery/mark_unsigned.sql");
    private static readonly string s_signed = Sql.Load("Checkpointing/mark_signed.sql");

    /// <summary>The head row: leaves, whether a checkpoint was ever signed over them, and the name it was signed under (null: none, or by an older version).</summary>
    public async Task<(ulong Size, bool Signed, string? Origin)> ReadHeadAsync(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_head, connection);
        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel)
            ? ((ulong)row.GetInt64(0), row.GetBoolean(1), row.IsDBNull(2) ? null : row.GetString(2))
            : throw new LogHaltedException("log-damaged", "the head row is missing");
    }

    /// <summary>Appends the leaves up to <paramref name="size"/> to a tree. They must be there, without a gap.</summary>
    public async Task GrowAsync(LogTree tree, ulong size, CancellationToken cancel)
    {
        var bytes = new byte[Bytes32.Length];
        while (tree.Size < size)
        {
            await using var command = new NpgsqlCommand(s_leaves, connection)
            {
                Parameters = { new() { Value = (long)tree.Size }, new() { Value = (long)Math.Min(size, tree.Size + LeafPage) } },
            };
            await using var rows = await command.ExecuteReaderAsync(cancel);
            var before = tree.Size;
            while (await rows.ReadAsync(cancel))
            {
                if (rows.GetInt64(0) != (long)tree.Size || rows.GetBytes(1, 0, bytes, 0, bytes.Length) != bytes.Length)
                {
                    break;
                }

                tree.Append(new LeafHash(new Bytes32(bytes)));
            }

            if (tree.Size != Math.Min(size, before + LeafPage))
            {
                throw new LogHaltedException("log-damaged", $"the head says {size} leaves, and leaf {tree.Size} is missing");
            }
        }
    }

    /// <summary>The leaf of an index below the head.</summary>
    public async Task<LeafHash> ReadLeafAsync(ulong index, CancellationToken cancel) => (await ReadLeavesAsync(index, index + 1, cancel))[0];

    /// <summary>The leaves of a range below the head.</summary>
    public async Task<IReadOnlyList<LeafHash>> ReadLeavesAsync(ulong from, ulong to, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_leaves, connection) { Parameters = { new() { Value = (long)from }, new() { Value = (long)to } } };
        await using var rows = await command.ExecuteReaderAsync(cancel);
        var leaves = new List<LeafHash>();
        while (await rows.ReadAsync(cancel))
        {
            leaves.Add(new(new Bytes32(rows.GetFieldValue<byte[]>(1))));
        }

        return leaves.Count == (int)(to - from) ? leaves : throw new LogHaltedException("log-damaged", $"the head says more leaves, and some from {from} to {to - 1} are missing");
    }

    /// <summary>Stores tile hashes. They are derived: stored again they are the same, and a wrong one is put right.</summary>
    public async Task StoreAsync(IReadOnlyList<TileNode> nodes, CancellationToken cancel)
    {
        if (nodes.Count == 0)
        {
            return;
        }

        reached(LedgerStep.StoringTiles);
        await using var command = new NpgsqlCommand(s_nodes, connection)
        {
            Parameters =
            {
                new() { Value = nodes.Select(n => (short)n.Level).ToArray() },
                new() { Value = nodes.Select(n => (long)n.Index).ToArray() },
                new() { Value = nodes.Select(n => n.Hash.ToArray()).ToArray() },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
        reached(LedgerStep.TilesStored);
    }

    public async Task MarkUnsignedAsync(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_unsigned, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    public async Task MarkSignedAsync(string origin, CancellationToken cancel)
    {
        reached(LedgerStep.MarkingSigned);
        await using var command = new NpgsqlCommand(s_signed, connection) { Parameters = { new() { Value = origin } } };
        await command.ExecuteNonQueryAsync(cancel);
        reached(LedgerStep.MarkedSigned);
    }
}
