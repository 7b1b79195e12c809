using System.Buffers.Binary;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Tree;

/// <summary>Distinct leaves, and every answer about their trees by RFC 6962's own recursion.</summary>
internal static class SampleTree
{
    internal static LeafHash Leaf(ulong index)
    {
        Span<byte> entry = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(entry, index);
        return LeafHash.Of(entry);
    }

    internal static Bytes32[] Leaves(int count) => [.. Enumerable.Range(0, count).Select(static i => Leaf((ulong)i).Value)];

    internal static RootHash Root(int size) => new(MerkleHash.Root(Leaves(size)));

    /// <summary>Reads nodes of the tree of <paramref name="size"/> leaves, and fails if one is asked for that is not full in it.</summary>
    internal static NodeReader Reader(int size, ICollection<NodeAddress>? asked = null)
    {
        var leaves = Leaves(size);
        return node =>
        {
            asked?.Add(node);
            return MerkleHash.Root(leaves.AsSpan((int)(node.Index << node.Level), 1 << node.Level));
        };
    }

    internal static CompactRange Range(int size)
    {
        var range = new CompactRange();
        for (var i = 0; i < size; i++)
        {
            Assert.Equal((ulong)i, range.Append(Leaf((ulong)i)).Value);
        }

        return range;
    }

    internal static Bytes32 Flip(Bytes32 hash, int bit)
    {
        var bytes = hash.ToArray();
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return new(bytes);
    }

    /// <summary>Everything one can do wrong to a list of hashes: a bit flipped, one left out, one put in, two swapped.</summary>
    internal static IEnumerable<Bytes32[]> Mutations(IReadOnlyList<Bytes32> hashes)
    {
        Bytes32[] extra = [default, MerkleHash.Empty, Leaf(0).Value];
        for (var i = 0; i < hashes.Count; i++)
        {
            yield return [.. hashes.Take(i), Flip(hashes[i], i * 37 % 256), .. hashes.Skip(i + 1)];
            yield return [.. hashes.Take(i), .. hashes.Skip(i + 1)];
            yield return [.. hashes.Take(i), hashes[i], .. hashes.Skip(i)];
            if (i > 0)
            {
                yield return [.. hashes.Take(i - 1), hashes[i], hashes[i - 1], .. hashes.Skip(i + 1)];
            }
        }

        foreach (var hash in extra)
        {
            yield return [.. hashes, hash];
            yield return [hash, .. hashes];
        }
    }
}
