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
    private static readonly string s_signed = Sql.Load("Checkpointing/mark_signed.sql");

    public async Task<(ulong Size, bool Signed)> ReadHeadAsync(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_head, connection);
        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel)
            ? ((ulong)row.GetInt64(0), row.GetBoolean(1))
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

    public async Task MarkSignedAsync(CancellationToken cancel)
    {
        reached(LedgerStep.MarkingSigned);
        await using var command = new NpgsqlCommand(s_signed, connection);
        await command.ExecuteNonQueryAsync(cancel);
        reached(LedgerStep.MarkedSigned);
    }
}
