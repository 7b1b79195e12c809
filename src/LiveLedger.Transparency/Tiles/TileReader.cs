using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tiles;

/// <summary>
/// Reads any hash of a tree out of its tiles, and so makes roots and proofs. Tiles come by a delegate, asked once for
/// each; a caller that must await them takes <see cref="TilesFor"/> first. Tiles are not believed because they came:
/// compare <see cref="Root"/> with a signed checkpoint, or verify the proof. Not thread-safe.
/// </summary>
public sealed class TileReader(TreeSize size, Func<TilePath, ReadOnlyMemory<byte>> fetch)
{
    private readonly Dictionary<TilePath, Bytes32[]> _tiles = [];

    /// <summary>Size of the tree read.</summary>
    public TreeSize Size { get; } = size;

    /// <summary>The distinct tiles in which these nodes lie, in a tree of this size.</summary>
    public static IReadOnlyList<TilePath> TilesFor(TreeSize size, IEnumerable<NodeAddress> nodes)
        => [.. nodes.Select(n => TileCover.Locate(size, n).Path).Distinct()];

    /// <summary>The hash of a full subtree of the tree.</summary>
    /// <exception cref="InvalidTileException">The tile that should hold it has another length.</exception>
    public Bytes32 Node(NodeAddress node)
    {
        var (path, offset, count) = TileCover.Locate(Size, node);
        return MerkleHash.Root(Tile(path).AsSpan(offset, count));
    }

    /// <summary>The leaf hash at an index.</summary>
    public LeafHash Leaf(LedgerIndex index) => new(Node(new(0, index.Value)));

    /// <summary>The tree's root.</summary>
    public RootHash Root() => CompactRange.Of(Size, Node).Root();

    /// <summary>The proof that leaf <paramref name="index"/> is in the tree.</summary>
    public InclusionProof Inclusion(LedgerIndex index) => InclusionProof.Compute(index, Size, Node);

    /// <summary>The proof that the tree extends that of <paramref name="from"/> leaves.</summary>
    public ConsistencyProof Consistency(TreeSize from) => ConsistencyProof.Compute(from, Size, Node);

    private Bytes32[] Tile(TilePath path)
    {
        if (!_tiles.TryGetValue(path, out var hashes))
        {
            if (!HashTile.TryParse(fetch(path).Span, path.Width, out hashes))
            {
                throw new InvalidTileException(path);
            }

            _tiles.Add(path, hashes);
        }

        return hashes;
    }
}
