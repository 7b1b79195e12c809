using LiveLedger.Cryptography;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Schema;
using LiveLedger.Ledger.Witnesses;
using LiveLedger.Transparency.Checkpoints;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Proofs;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;
using Npgsql;

namespace LiveLedger.Ledger.Reading;

/// <summary>
/// The published log: the last checkpoint (where a quorum of witnesses is required, the last that reached it), and tiles and proofs of trees it
/// covers. What is sequenced and not yet under that checkpoint is not given out, so nobody can hold a leaf that no signature answers for.
/// </summary>
public sealed class LogReader(LedgerDatabase database, CheckpointStore store, LedgerOptions options)
{
    private static readonly string s_leaves = Sql.Load("Checkpointing/read_leaves.sql");
    private static readonly string s_nodes = Sql.Load("Reading/read_nodes.sql");
    private static readonly string s_entries = Sql.Load("Reading/read_entries.sql");
    private static readonly string s_tiles = Sql.Load("Reading/read_tiles.sql");
    private static readonly string s_pending = Sql.Load("Reading/read_pending.sql");

    private readonly PublishedCheckpoint _published = new(store, options);
    private volatile Opened? _opened;

    /// <summary>The key that checkpoints are signed with, under the log's name.</summary>
    public VerifierKey VerifierKey { get; } = VerifierKey.Of(options.Origin, options.LogKey.PublicKey);

    /// <summary>The last checkpoint as a signed note; null before the first one.</summary>
    public byte[]? Checkpoint() => _published.Read();

    /// <summary>The tree of the last checkpoint.</summary>
    public TreeHead Head() => HeadOf(Checkpoint());

    /// <summary>The bytes of a tile or entry bundle, full or partial; null if the published tree does not have it.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<ReadOnlyMemory<byte>?> TileAsync(TilePath path, CancellationToken cancel = default)
    {
        if (!TileCover.Has(Head().Size, path))
        {
            return null;
        }

        return await GuardedAsync(() => ReadAsync(path, cancel));
    }

    /// <summary>The proof that a leaf is in the tree of <paramref name="size"/>; null if the published tree holds no such leaf or is smaller.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<(LeafHash Leaf, InclusionProof Proof)?> InclusionAsync(LedgerIndex index, TreeSize size, CancellationToken cancel = default)
    {
        if (size.CompareTo(Head().Size) > 0 || !size.Holds(index))
        {
            return null;
        }

        var reader = await TilesAsync(size, [new(0, index.Value), .. InclusionProof.NodesFor(index, size)], cancel);
        return (reader.Leaf(index), reader.Inclusion(index));
    }

    /// <summary>The proof that the tree of <paramref name="to"/> extends that of <paramref name="from"/>; null if the published tree is smaller than either.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="from"/> is the larger size.</exception>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<ConsistencyProof?> ConsistencyAsync(TreeSize from, TreeSize to, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from, to);
        return to.CompareTo(Head().Size) > 0
            ? null
            : (await TilesAsync(to, ConsistencyProof.NodesFor(from, to), cancel)).Consistency(from);
    }

    /// <summary>As above, for a tree that is signed and perhaps not published: witnesses see it first.</summary>
    internal async Task<ConsistencyProof> GrowthAsync(TreeSize from, TreeSize signed, CancellationToken cancel) =>
        (await TilesAsync(signed, ConsistencyProof.NodesFor(from, signed), cancel)).Consistency(from);

    /// <summary>The root of the first leaves, as the stored tiles give it.</summary>
    internal async Task<RootHash> RootAsync(TreeSize size, CancellationToken cancel) =>
        size.Value == 0 ? RootHash.Empty : (await TilesAsync(size, CompactRange.NodesOf(size), cancel)).Root();

    /// <summary>All that speaks for one entry under the checkpoint that is published now; null if that does not cover the entry, or there is none yet.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<TlogProof?> ProofAsync(LedgerIndex index, CancellationToken cancel = default)
    {
        // Read once: the proof and the checkpoint beside it are of one tree, though the log grows meanwhile.
        var note = Checkpoint();
        var size = HeadOf(note).Size;
        if (!size.Holds(index))
        {
            return null;
        }

        var reader = await TilesAsync(size, InclusionProof.NodesFor(index, size), cancel);
        return TlogProof.Of(reader.Inclusion(index), note);
    }

    /// <summary>How many events wait for an index, and since when the oldest does (null: none).</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<(long Count, DateTimeOffset? Oldest)> PendingAsync(CancellationToken cancel = default) => GuardedAsync(async () =>
    {
        await using var command = database.Source.CreateCommand(s_pending);
        await using var row = await command.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        DateTimeOffset? oldest = !row.IsDBNull(1) && LedgerEntry.TryParse(row.GetFieldValue<byte[]>(1), out var entry) ? entry.RecordedAt : null;
        return (row.GetInt64(0), oldest);
    });

    // Every reader of every tile comes by here, so a note is opened once.
    private TreeHead HeadOf(byte[]? note)
    {
        if (note is null)
        {
            return TreeHead.Empty;
        }

        if (_opened is not { } opened || !opened.Note.AsSpan().SequenceEqual(note))
        {
            var head = Transparency.Checkpoints.Checkpoint.Open(note, VerifierKey, out var checkpoint) == CheckpointResult.Valid ? checkpoint!.Head : TreeHead.Empty;
            _opened = opened = new(note, head);
        }

        return opened.Head;
    }

    /// <summary>The tiles that hold these nodes of a tree which the published one extends, in one statement.</summary>
    internal async Task<TileReader> TilesAsync(TreeSize size, IEnumerable<NodeAddress> nodes, CancellationToken cancel)
    {
        var paths = TileReader.TilesFor(size, nodes);
        var tiles = new Dictionary<TilePath, ReadOnlyMemory<byte>>(paths.Count);
        if (paths.Count > 0)
        {
            await GuardedAsync(async () =>
            {
                await ReadAsync(paths, tiles, cancel);
                return true;
            });
        }

        return new(size, path => tiles[path]);
    }

    private async Task ReadAsync(IReadOnlyList<TilePath> paths, Dictionary<TilePath, ReadOnlyMemory<byte>> tiles, CancellationToken cancel)
    {
        await using var command = database.Source.CreateCommand(s_tiles);
        command.Parameters.Add(new() { Value = paths.Select(static p => (short)p.Level!.Value).ToArray() });
        command.Parameters.Add(new() { Value = paths.Select(static p => (long)p.Index * TilePath.FullWidth).ToArray() });
        command.Parameters.Add(new() { Value = paths.Select(static p => (long)p.Index * TilePath.FullWidth + p.Width).ToArray() });
        await using var rows = await command.ExecuteReaderAsync(cancel);
        foreach (var path in paths)
        {
            tiles[path] = await rows.ReadAsync(cancel) && !rows.IsDBNull(0) && rows.GetFieldValue<byte[]>(0) is var hashes && hashes.Length == path.Width * Bytes32.Length
                ? hashes
                : throw new InvalidDataException($"{path} has not {path.Width} rows below the checkpoint");
        }
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(TilePath path, CancellationToken cancel) => path.Level switch
    {
        null => EntryBundle.Format(await ColumnAsync(s_entries, path, cancel)),
        0 => Hashes(await ColumnAsync(s_leaves, path, cancel)),
        _ => Hashes(await ColumnAsync(s_nodes, path, cancel)),
    };

    private async Task<ReadOnlyMemory<byte>[]> ColumnAsync(string sql, TilePath path, CancellationToken cancel)
    {
        await using var command = database.Source.CreateCommand(sql);
        var first = (long)path.Index * TilePath.FullWidth;
        command.Parameters.Add(new() { Value = first });
        command.Parameters.Add(new() { Value = first + path.Width });
        if (path.Level is > 0 and var level)
        {
            command.Parameters.Add(new() { Value = (short)level });
        }

        var column = new List<ReadOnlyMemory<byte>>(path.Width);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            column.Add(rows.GetFieldValue<byte[]>(1));
        }

        return column.Count == path.Width
            ? [.. column]
            : throw new InvalidDataException($"{path} has {column.Count} of {path.Width} rows below the checkpoint");
    }

    private static ReadOnlyMemory<byte> Hashes(ReadOnlyMemory<byte>[] hashes) => HashTile.Format([.. hashes.Select(hash => new Bytes32(hash.Span))]);

    private static async Task<T> GuardedAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (LedgerUnavailableException.IsAway(e))
        {
            throw LedgerUnavailableException.Away(e);
        }
    }

    private sealed record Opened(byte[] Note, TreeHead Head);
}
