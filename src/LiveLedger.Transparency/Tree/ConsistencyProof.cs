using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;

namespace LiveLedger.Transparency.Tree;

/// <summary>That a tree only grew: the leaves of the old one are the first leaves of the new one (RFC 6962 §2.1.2, RFC 9162 §2.1.4).</summary>
public sealed class ConsistencyProof
{
    /// <summary>More hashes than this no tree of a size we accept needs.</summary>
    public const int MaxHashes = 64;

    private ConsistencyProof(TreeSize from, TreeSize to, ImmutableArray<Bytes32> hashes) => (From, To, Hashes) = (from, to, hashes);

    /// <summary>Size of the old tree.</summary>
    public TreeSize From { get; }

    /// <summary>Size of the new tree.</summary>
    public TreeSize To { get; }

    /// <summary>The proof's hashes in RFC 6962 order. None between equal sizes, nor from the empty tree, of which nothing can be proven.</summary>
    public ImmutableArray<Bytes32> Hashes { get; }

    /// <summary>Takes a proof from outside; false only if it is longer than any proof can be.</summary>
    public static bool TryCreate(TreeSize from, TreeSize to, IReadOnlyList<Bytes32> hashes, [NotNullWhen(true)] out ConsistencyProof? proof)
    {
        proof = hashes.Count <= MaxHashes ? new(from, to, [.. hashes]) : null;
        return proof is not null;
    }

    /// <summary>Makes the proof.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The old tree is the larger one.</exception>
    public static ConsistencyProof Compute(TreeSize from, TreeSize to, NodeReader read)
        => new(from, to, [.. Ranges(from, to).Select(r => NodeAddress.HashOf(r.Start, r.End, read))]);

    /// <summary>Which nodes <see cref="Compute"/> will read, for those who must fetch them beforehand.</summary>
    public static IReadOnlyList<NodeAddress> NodesFor(TreeSize from, TreeSize to)
        => [.. Ranges(from, to).SelectMany(r => NodeAddress.Cover(r.Start, r.End))];

    /// <summary>Checks that the tree of <see cref="To"/> with root <paramref name="newRoot"/> extends that of <see cref="From"/> with <paramref name="oldRoot"/>.</summary>
    public ProofResult Verify(RootHash oldRoot, RootHash newRoot)
    {
        if (From.Value > To.Value)
        {
            return ProofResult.SizesReversed;
        }

        if (From == To)
        {
            return !Hashes.IsEmpty ? ProofResult.WrongLength
                : oldRoot != newRoot || (From.Value == 0 && oldRoot != RootHash.Empty) ? ProofResult.RootMismatch
                : ProofResult.Valid;
        }

        if (From.Value == 0)
        {
            // RFC 9162 §2.1.4.1 has no such proof. To call it valid would be to say "yes" of any new root at all.
            return ProofResult.NothingProven;
        }

        // RFC 9162 §2.1.4.2: if the old tree is perfect its root is the first hash, and is not sent.
        var path = BitOperations.IsPow2(From.Value) ? [oldRoot.Value, .. Hashes] : Hashes;
        if (path.IsEmpty)
        {
            return ProofResult.WrongLength;
        }

        var (fn, sn) = (From.Value - 1, To.Value - 1);
        while ((fn & 1) == 1)
        {
            (fn, sn) = (fn >> 1, sn >> 1);
        }

        var (old, grown) = (path[0], path[0]);
        foreach (var hash in path.AsSpan()[1..])
        {
            if (sn == 0)
            {
                return ProofResult.WrongLength;
            }

            if ((fn & 1) == 1 || fn == sn)
            {
                old = MerkleHash.Node(hash, old);
                grown = MerkleHash.Node(hash, grown);
                while ((fn & 1) == 0 && fn != 0)
                {
                    (fn, sn) = (fn >> 1, sn >> 1);
                }
            }
            else
            {
                grown = MerkleHash.Node(grown, hash);
            }

            (fn, sn) = (fn >> 1, sn >> 1);
        }

        return sn != 0 ? ProofResult.WrongLength
            : old != oldRoot.Value ? ProofResult.OldRootMismatch
            : grown != newRoot.Value ? ProofResult.RootMismatch
            : ProofResult.Valid;
    }

    // RFC 6962 §2.1.2, SUBPROOF(m, D[n], b), from the root down.
    private static List<(ulong Start, ulong End)> Ranges(TreeSize from, TreeSize to)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to.Value, TreeSize.Max);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(from.Value, to.Value);
        var ranges = new List<(ulong, ulong)>();
        if (from == to || from.Value == 0)
        {
            return ranges;
        }

        var (start, end) = (0UL, to.Value);
        while (end != from.Value)
        {
            var middle = start + TreeShape.SplitOf(end - start);
            if (from.Value <= middle)
            {
                ranges.Add((middle, end));
                end = middle;
            }
            else
            {
                ranges.Add((start, middle));
                start = middle;
            }
        }

        // The old tree's own last subtree; left out where that is the whole old tree, whose root the reader has.
        if (start != 0)
        {
            ranges.Add((start, end));
        }

        ranges.Reverse();
        return ranges;
    }
}
