using System.Buffers.Binary;
using System.Text.Json;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Vectors.Logs;

/// <summary>Trees whose leaf i is the entry of four bytes i, big-endian; their tiles, and proofs in them.</summary>
internal static class TreeCases
{
    private const int Leaves = 66_000;

    private static readonly Bytes32[] s_leaves = [.. Enumerable.Range(0, Leaves).Select(static i => LeafHash.Of(EntryOf(i)).Value)];
    private static readonly Bytes32 s_random = Sha256Hash.Of("random"u8).Value;

    /// <summary>A path, and the tile it names; or none.</summary>
    internal sealed record TileCase(string Level, string Index, int Width, string Path);

    internal sealed record InclusionCase(string Name, string Index, string Size, string Leaf, string[] Hashes, string Root, string Expected);

    internal sealed record ConsistencyCase(string Name, string From, string To, string OldRoot, string NewRoot, string[] Hashes, string Expected);

    internal static RootHash Root(ulong size) => new(MerkleHash.Root(s_leaves.AsSpan(0, (int)size)));

    internal static IEnumerable<TileCase> Tiles() =>
        new (int? Level, ulong Index, int Width)[]
        {
            (0, 0, 256), (0, 0, 1), (0, 999, 255), (1, 1000, 256), (3, 1_234_067, 256), (63, 1_234_067, 12), (null, 0, 7), (null, 36_028_797_018_963_967, 256),
        }
        .Select(static t => (t, Path: t.Level is { } level ? TilePath.Hashes(level, t.Index, t.Width) : TilePath.Entries(t.Index, t.Width)))
        .Select(static p => new TileCase(p.t.Level?.ToString() ?? "entries", p.t.Index.ToString(), p.t.Width, p.Path.ToString()));

    internal static IEnumerable<InclusionCase> Inclusion()
    {
        (ulong, ulong)[] places =
        [
            (0, 1), (0, 2), (1, 2), (2, 3), (4, 7), (6, 7), (5, 8), (0, 255), (255, 256), (256, 257), (100, 300), (299, 300), (65_535, 65_536), (65_536, 65_537),
            (1, 65_999), (65_998, 65_999), (40_000, 65_999),
        ];
        foreach (var (index, size) in places)
        {
            Bytes32[] hashes = [.. InclusionProof.Compute(new(index), new(size), Read).Hashes];
            yield return Case("as made", index, size, s_leaves[index], hashes, Root(size).Value);
        }

        Bytes32[] good = [.. InclusionProof.Compute(new(100), new(300), Read).Hashes];
        var (leaf, root) = (s_leaves[100], Root(300).Value);
        yield return Case("another leaf", 100, 300, s_leaves[101], good, root);
        yield return Case("another index", 101, 300, leaf, good, root);
        yield return Case("index is the size", 300, 300, leaf, good, root);
        yield return Case("index beyond every tree", ulong.MaxValue >> 1, 300, leaf, good, root);
        yield return Case("another size", 100, 600, leaf, good, root);
        yield return Case("another root", 100, 300, leaf, good, s_random);
        yield return Case("one hash short", 100, 300, leaf, good[..^1], root);
        yield return Case("one hash more", 100, 300, leaf, [.. good, s_random], root);
        yield return Case("a hash altered", 100, 300, leaf, [good[0], s_random, .. good[2..]], root);
        yield return Case("two hashes swapped", 100, 300, leaf, [good[1], good[0], .. good[2..]], root);
        yield return Case("no hashes", 100, 300, leaf, [], root);
        yield return Case("the root as leaf of a tree of one", 0, 1, root, [], root);
        yield return Case("an inner node as a leaf", 50, 150, MerkleHash.Node(s_leaves[100], s_leaves[101]), good[1..], root);
    }

    internal static IEnumerable<ConsistencyCase> Consistency()
    {
        (ulong, ulong)[] pairs = [(1, 2), (1, 3), (2, 3), (3, 7), (4, 7), (6, 7), (7, 7), (8, 300), (255, 256), (256, 300), (299, 300), (256, 65_536), (65_536, 65_999), (40_001, 65_999)];
        foreach (var (from, to) in pairs)
        {
            yield return Case("as made", from, to, Root(from).Value, Root(to).Value, Proof(from, to));
        }

        var (old, grown, good) = (Root(100).Value, Root(300).Value, Proof(100, 300));
        yield return Case("another old root", 100, 300, s_random, grown, good);
        yield return Case("another new root", 100, 300, old, s_random, good);
        yield return Case("a hash altered", 100, 300, old, grown, [s_random, .. good[1..]]);
        yield return Case("a late hash altered", 100, 300, old, grown, [.. good[..^1], s_random]);
        yield return Case("one hash short", 100, 300, old, grown, good[..^1]);
        yield return Case("one hash more", 100, 300, old, grown, [.. good, s_random]);
        yield return Case("no hashes", 100, 300, old, grown, []);
        yield return Case("the wrong way round", 300, 100, grown, old, good);
        yield return Case("same size, another root", 100, 100, old, s_random, []);
        yield return Case("same size, and hashes", 100, 100, old, old, good);
        yield return Case("from nothing", 0, 300, MerkleHash.Empty, grown, []);
        yield return Case("nothing to nothing", 0, 0, MerkleHash.Empty, MerkleHash.Empty, []);
        yield return Case("nothing, with a root", 0, 0, s_random, s_random, []);
        yield return Case("from a perfect tree with its root sent", 256, 300, Root(256).Value, Root(300).Value, [Root(256).Value, .. Proof(256, 300)]);
    }

    private static InclusionCase Case(string name, ulong index, ulong size, Bytes32 leaf, Bytes32[] hashes, Bytes32 root)
    {
        Assert.True(InclusionProof.TryCreate(new(index), new(size), hashes, out var proof));
        return new(name, index.ToString(), size.ToString(), leaf.ToString(), Hex(hashes), root.ToString(), Name(proof.Verify(new(leaf), new(root))));
    }

    private static ConsistencyCase Case(string name, ulong from, ulong to, Bytes32 old, Bytes32 grown, Bytes32[] hashes)
    {
        Assert.True(ConsistencyProof.TryCreate(new(from), new(to), hashes, out var proof));
        return new(name, from.ToString(), to.ToString(), old.ToString(), grown.ToString(), Hex(hashes), Name(proof.Verify(new(old), new(grown))));
    }

    /// <summary>A result as the page names it: <c>RootMismatch</c> is <c>root-mismatch</c>.</summary>
    internal static string Name<T>(T result) where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(result.ToString());

    private static byte[] EntryOf(int index)
    {
        var entry = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(entry, index);
        return entry;
    }

    private static Bytes32[] Proof(ulong from, ulong to) => [.. ConsistencyProof.Compute(new(from), new(to), Read).Hashes];

    private static string[] Hex(Bytes32[] hashes) => [.. hashes.Select(static h => h.ToString())];

    private static Bytes32 Read(NodeAddress node) => MerkleHash.Root(s_leaves.AsSpan((int)(node.Index << node.Level), 1 << node.Level));
}
