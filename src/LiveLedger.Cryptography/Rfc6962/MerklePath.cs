using System.Numerics;

namespace LiveLedger.Cryptography.Rfc6962;

/// <summary>Siblings on the way from a leaf to the root (RFC 6962 §2.1.1), and what they lead to (RFC 9162 §2.1.3.2).</summary>
public static class MerklePath
{
    /// <summary>The path of a leaf, the sibling nearest to it first.</summary>
    /// <param name="leaves">All leaf hashes of the tree in order.</param>
    /// <param name="index">Which leaf.</param>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public static Bytes32[] Of(ReadOnlySpan<Bytes32> leaves, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, leaves.Length);
        var siblings = new List<Bytes32>();
        // From the root down, so reversed at the end.
        for (var rest = leaves; rest.Length > 1;)
        {
            var split = (int)(BitOperations.RoundUpToPowerOf2((uint)rest.Length) >> 1);
            var isLeft = index < split;
            siblings.Add(MerkleHash.Root(isLeft ? rest[split..] : rest[..split]));
            rest = isLeft ? rest[..split] : rest[split..];
            index = isLeft ? index : index - split;
        }

        siblings.Reverse();
        return [.. siblings];
    }

    /// <summary>The root that a leaf and its path lead to; false if a tree of that size has no such leaf, or its path another length.</summary>
    public static bool TryRoot(ulong index, ulong size, Bytes32 leaf, ReadOnlySpan<Bytes32> path, out Bytes32 root)
    {
        root = leaf;
        if (index >= size)
        {
            return false;
        }

        // fn is our node's place in its level, sn the last place of that level.
        var (fn, sn) = (index, size - 1);
        foreach (var sibling in path)
        {
            if (sn == 0)
            {
                return false;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                root = MerkleHash.Node(sibling, root);
                while ((fn & 1) == 0 && fn != 0)
                {
                    (fn, sn) = (fn >> 1, sn >> 1);
                }
            }
            else
            {
                root = MerkleHash.Node(root, sibling);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn == 0;
    }
}
