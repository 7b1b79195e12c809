using System.Numerics;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;

namespace LiveLedger.Transparency.Tree;

/// <summary>
/// A growing tree that remembers only the perfect subtrees along its right edge: one hash for each bit set in its size.
/// Enough to append and to know the root; not enough to prove. Not thread-safe.
/// </summary>
public sealed class CompactRange
{
    // Left to right, so from the largest subtree to the smallest.
    private readonly List<Bytes32> _edge;

    /// <summary>A tree without leaves.</summary>
    public CompactRange() => _edge = [];

    private CompactRange(TreeSize size, List<Bytes32> edge) => (Size, _edge) = (size, edge);

    /// <summary>Number of leaves.</summary>
    public TreeSize Size { get; private set; }

    /// <summary>The hashes of the perfect subtrees along the right edge, largest first: what to store to go on later.</summary>
    public IReadOnlyList<Bytes32> Edge => _edge;

    /// <summary>Size and root.</summary>
    public TreeHead Head => new(Size, Root());

    /// <summary>Goes on from what <see cref="Edge"/> gave. False if the number of hashes does not fit the size.</summary>
    public static bool TryRestore(TreeSize size, IReadOnlyList<Bytes32> edge, out CompactRange range)
    {
        var fits = size.Value <= TreeSize.Max && edge.Count == BitOperations.PopCount(size.Value);
        range = fits ? new(size, [.. edge]) : new();
        return fits;
    }

    /// <summary>The range of a tree whose nodes can be read.</summary>
    public static CompactRange Of(TreeSize size, NodeReader read)
        => new(size, [.. NodeAddress.Cover(0, size.Value).Select(n => read(n))]);

    /// <summary>Which nodes <see cref="Of"/> reads for a tree of this size.</summary>
    public static IReadOnlyList<NodeAddress> NodesOf(TreeSize size) => NodeAddress.Cover(0, size.Value);

    /// <summary>Adds the next leaf.</summary>
    /// <returns>The leaf's index.</returns>
    public LedgerIndex Append(LeafHash leaf)
    {
        var index = new LedgerIndex(Size.Value);
        AppendSubtree(new(0, Size.Value), leaf.Value);
        return index;
    }

    /// <summary>Adds the next 2^level leaves, of which only the hash over all of them is known.</summary>
    /// <exception cref="ArgumentException">The subtree does not begin where the tree ends.</exception>
    public void AppendSubtree(NodeAddress node, Bytes32 hash)
    {
        if (node.Level is < 0 or > 62 || Size.Value >> node.Level != node.Index || Size.Value != node.Index << node.Level)
        {
            throw new ArgumentException($"{node} does not begin at {Size}", nameof(node));
        }

        if (TreeSize.Max - Size.Value < 1UL << node.Level)
        {
            throw new InvalidOperationException("the tree is full");
        }

        // Each trailing one of the old size, counted in subtrees as large as this one, is one that it completes to a larger one.
        for (var size = Size.Value >> node.Level; (size & 1) == 1; size >>= 1)
        {
            hash = MerkleHash.Node(_edge[^1], hash);
            _edge.RemoveAt(_edge.Count - 1);
        }

        _edge.Add(hash);
        Size = new(Size.Value + (1UL << node.Level));
    }

    /// <summary>The root of the tree so far.</summary>
    public RootHash Root()
    {
        if (_edge.Count == 0)
        {
            return RootHash.Empty;
        }

        var hash = _edge[^1];
        for (var i = _edge.Count - 2; i >= 0; i--)
        {
            hash = MerkleHash.Node(_edge[i], hash);
        }

        return new(hash);
    }
}
