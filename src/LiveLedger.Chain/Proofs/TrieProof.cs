using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Rlp;
using LiveLedger.Cryptography;

namespace LiveLedger.Chain.Proofs;

/// <summary>
/// Proofs of what an Ethereum trie has at a key, and of what it has not (yellow paper, appendix D): the nodes on the way from the root,
/// each named by its hash in the one before. Nodes shorter than 32 bytes stand inside the one before and not in the list.
/// </summary>
public static class TrieProof
{
    /// <summary>More nodes than the path of a hashed key can have, by one: the root is at no step.</summary>
    public const int MaxNodes = 65;

    /// <summary>The longest node: a branch is at most 532 bytes of references and a value.</summary>
    public const int MaxNodeLength = 1024;

    private const int BranchItems = 17;
    private const int ValueItem = 16;

    /// <summary>Root of the trie that has nothing: Keccak-256 of the empty string's RLP.</summary>
    public static Bytes32 EmptyRoot { get; } = Keccak256.Of([0x80]);

    /// <summary>Follows a key from the root.</summary>
    /// <param name="root">Trusted.</param>
    /// <param name="key">As the trie has it: the tries of accounts and storage have hashes of keys.</param>
    /// <param name="nodes">The proof, from outside; the node at the root first.</param>
    /// <param name="value">What the trie has there, if it is present.</param>
    public static TrieResult Verify(Bytes32 root, ReadOnlySpan<byte> key, IReadOnlyList<ReadOnlyMemory<byte>> nodes, out ReadOnlyMemory<byte> value)
    {
        value = default;
        if (nodes.Count > MaxNodes)
        {
            return TrieResult.NodeTooMany;
        }

        // Of the empty trie some nodes give no proof at all.
        if (nodes.Count == 0)
        {
            return root == EmptyRoot ? TrieResult.Absent : TrieResult.NodeMissing;
        }

        var path = NibblePath.Of(key);
        var (next, used, at) = (root, 0, 0);
        while (true)
        {
            if (used == nodes.Count)
            {
                return TrieResult.NodeMissing;
            }

            var node = nodes[used++];
            if (node.Length > MaxNodeLength)
            {
                return TrieResult.NodeMalformed;
            }

            if (Keccak256.Of(node.Span) != next)
            {
                return TrieResult.NodeDiffers;
            }

            // What is this short stands in the node before; only the root has a hash in any case.
            if (used > 1 && node.Length < Bytes32.Length)
            {
                return TrieResult.NodeMalformed;
            }

            var step = Walk(node.Span, isRoot: used == 1, path, ref at, out next, out var found);
            if (step == Step.Malformed)
            {
                return TrieResult.NodeMalformed;
            }

            if (step == Step.Next)
            {
                continue;
            }

            if (used < nodes.Count)
            {
                return TrieResult.NodeTooMany;
            }

            if (step == Step.Absent)
            {
                return TrieResult.Absent;
            }

            // A copy: the span is of the node, wherever the caller keeps that.
            value = found.ToArray();
            return TrieResult.Present;
        }
    }

    // Goes through one node of the list, and through those that stand inside it.
    private static Step Walk(ReadOnlySpan<byte> node, bool isRoot, scoped NibblePath path, scoped ref int at, out Bytes32 next, out ReadOnlySpan<byte> value)
    {
        next = default;
        value = default;
        while (true)
        {
            var outer = new RlpReader(node);
            if (isRoot && node is [0x80])
            {
                return Step.Absent;
            }

            if (!outer.TryTakeList(out var items) || !outer.AtEnd || !TryCount(items, out var count))
            {
                return Step.Malformed;
            }

            var step = count == BranchItems ? Branch(items, path.From(at), ref at, out var child, out value) : Part(items, path.From(at), ref at, out child, out value);
            if (step != Step.Next)
            {
                return step;
            }

            switch (Reference(child, out next, out node))
            {
                case Step.Next:
                    return Step.Next;
                case Step.Inside:
                    isRoot = false;
                    break;
                case Step.Absent when count == BranchItems:
                    return Step.Absent;
                default:
                    return Step.Malformed;
            }
        }
    }

    private static Step Branch(RlpReader items, scoped NibblePath path, scoped ref int at, out ReadOnlySpan<byte> child, out ReadOnlySpan<byte> value)
    {
        child = value = default;
        var wanted = path.Length == 0 ? ValueItem : path[0];
        for (var i = 0; i < wanted; i++)
        {
            if (!items.TryTakeItem(BranchItems, out _))
            {
                return Step.Malformed;
            }
        }

        if (wanted != ValueItem)
        {
            at++;
            return items.TryTakeItem(BranchItems, out child) ? Step.Next : Step.Malformed;
        }

        return !items.TryTakeBytes(out value) ? Step.Malformed : value.IsEmpty ? Step.Absent : Step.Found;
    }

    // A leaf or an extension: the rest of the path, or a part of it that all below have in common.
    private static Step Part(RlpReader items, scoped NibblePath path, scoped ref int at, out ReadOnlySpan<byte> child, out ReadOnlySpan<byte> value)
    {
        child = value = default;
        if (!items.TryTakeBytes(out var encoded) || !NibblePath.TryReadHexPrefix(encoded, out var part, out var isLeaf))
        {
            return Step.Malformed;
        }

        if (isLeaf)
        {
            return !items.TryTakeBytes(out value) || value.IsEmpty ? Step.Malformed
                : part.Length == path.Length && path.StartsWith(part) ? Step.Found
                : Step.Absent;
        }

        if (part.Length == 0 || !items.TryTakeItem(BranchItems, out child))
        {
            return Step.Malformed;
        }

        if (!path.StartsWith(part))
        {
            return Step.Absent;
        }

        at += part.Length;
        return Step.Next;
    }

    // A hash, a node shorter than a hash, or nothing.
    private static Step Reference(ReadOnlySpan<byte> child, out Bytes32 next, out ReadOnlySpan<byte> inside)
    {
        next = default;
        inside = default;
        var item = new RlpReader(child);
        if (item.IsList)
        {
            inside = child;
            return child.Length < Bytes32.Length ? Step.Inside : Step.Malformed;
        }

        if (!item.TryTakeBytes(out var hash) || hash.Length is not (0 or Bytes32.Length))
        {
            return Step.Malformed;
        }

        next = hash.IsEmpty ? default : new(hash);
        return hash.IsEmpty ? Step.Absent : Step.Next;
    }

    private static bool TryCount(RlpReader items, out int count)
    {
        for (count = 0; !items.AtEnd; count++)
        {
            if (count == BranchItems || !items.TryTakeItem(BranchItems, out _))
            {
                return false;
            }
        }

        return count is BranchItems or 2;
    }

    private enum Step
    {
        Malformed,
        Next,
        Inside,
        Found,
        Absent,
    }
}
