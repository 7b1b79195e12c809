using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tiles;

/// <summary>Which tiles a tree of a given size has (tlog-tiles, "Merkle tree").</summary>
public static class TileCover
{
    private const int LevelBits = 8;
    private const int Levels = 8;

    /// <summary>Width of the partial tile at the end of a level: floor(size / 256^level) mod 256. Zero: there is none.</summary>
    public static int PartialWidth(TreeSize size, int level) => (int)(Count(size, level) % TilePath.FullWidth);

    /// <summary>Width of hash tile <paramref name="index"/> of <paramref name="level"/> in a tree of this size: 0 (not there), or 1 to 256.</summary>
    public static int Width(TreeSize size, int level, ulong index)
    {
        var count = Count(size, level);
        var before = index > count / TilePath.FullWidth ? count : index * TilePath.FullWidth;
        return (int)Math.Min(count - before, TilePath.FullWidth);
    }

    /// <summary>All hash tiles of a tree, level by level. A tree of 256 leaves has a full tile on level 0 and one of width 1 on level 1.</summary>
    public static IEnumerable<TilePath> HashTiles(TreeSize size) => NewHashTiles(new(0), size);

    /// <summary>The hash tiles that a tree of <paramref name="to"/> has and one of <paramref name="from"/> had not, level by level.</summary>
    public static IEnumerable<TilePath> NewHashTiles(TreeSize from, TreeSize to)
    {
        for (var level = 0; level < Levels; level++)
        {
            foreach (var (index, width) in Grown(Count(from, level), Count(to, level)))
            {
                yield return TilePath.Hashes(level, index, width);
            }
        }
    }

    /// <summary>The entry bundles that a tree of <paramref name="to"/> has and one of <paramref name="from"/> had not.</summary>
    public static IEnumerable<TilePath> NewEntryBundles(TreeSize from, TreeSize to)
        => Grown(from.Value, to.Value).Select(t => TilePath.Entries(t.Index, t.Width));

    /// <summary>True if a tree of this size has the tile, with just this width or (a partial of an earlier size) more.</summary>
    public static bool Has(TreeSize size, TilePath path) => path.Width <= Width(size, path.Level ?? 0, path.Index);

    /// <summary>Which tile holds a node's hash, or the hashes below it, and where: <c>Count</c> hashes from <c>Offset</c>.</summary>
    internal static (TilePath Path, int Offset, int Count) Locate(TreeSize size, NodeAddress node)
    {
        var level = node.Level / LevelBits;
        var below = node.Level % LevelBits;

        // A tile's 256 hashes hold 7 levels above them too, which are computed and not stored.
        var first = checked(node.Index << below);
        var index = first / TilePath.FullWidth;
        var offset = (int)(first % TilePath.FullWidth);
        var count = 1 << below;
        var width = Width(size, level, index);
        return offset + count <= width
            ? (TilePath.Hashes(level, index, width), offset, count)
            : throw new ArgumentOutOfRangeException(nameof(node), node, $"not full in a tree of {size}");
    }

    private static ulong Count(TreeSize size, int level) => level < Levels ? size.Value >> (LevelBits * level) : 0;

    private static IEnumerable<(ulong Index, int Width)> Grown(ulong from, ulong to)
    {
        if (from >= to)
        {
            yield break;
        }

        for (var index = from / TilePath.FullWidth; index < to / TilePath.FullWidth; index++)
        {
            yield return (index, TilePath.FullWidth);
        }

        if (to % TilePath.FullWidth is var partial and > 0)
        {
            yield return (to / TilePath.FullWidth, (int)partial);
        }
    }
}
