using System.Numerics;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;

namespace LiveLedger.Transparency.Tree;

/// <summary>
/// Names a perfect subtree: node <see cref="Index"/> of <see cref="Level"/> covers the leaves from Index·2^Level up to
/// (Index+1)·2^Level. Such a node, once full, never changes again, so these are what is stored and fetched.
/// </summary>
/// <param name="Level">0 for a leaf, at most 63.</param>
/// <param name="Index">Counts from 0 within its level.</param>
public readonly record struct NodeAddress(int Level, ulong Index)
{
    /// <summary>The perfect subtrees that make up the leaves [start, end), left to right.</summary>
    internal static List<NodeAddress> Cover(ulong start, ulong end)
    {
        var nodes = new List<NodeAddress>();
        while (start < end)
        {
            // As large as the alignment of the start and what is left allow.
            var level = Math.Min(start == 0 ? 63 : BitOperations.TrailingZeroCount(start), BitOperations.Log2(end - start));
            nodes.Add(new(level, start >> level));
            start += 1UL << level;
        }

        return nodes;
    }

    /// <summary>
    /// RFC 6962 §2.1 hash of the leaves [start, end). Right for any range whose start is a multiple of the power of two
    /// at or above its length, which is so of every range an RFC 6962 proof or root asks for.
    /// </summary>
    internal static Bytes32 HashOf(ulong start, ulong end, NodeReader read)
    {
        var nodes = Cover(start, end);
        var hash = read(nodes[^1]);
        for (var i = nodes.Count - 2; i >= 0; i--)
        {
            hash = MerkleHash.Node(read(nodes[i]), hash);
        }

        return hash;
    }
}

/// <summary>Gives the hash of a perfect subtree that is full in the tree at hand.</summary>
public delegate Bytes32 NodeReader(NodeAddress node);
