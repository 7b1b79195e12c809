using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;

namespace LiveLedger.Transparency.Tree;

/// <summary>That a leaf stands at an index of a tree (RFC 6962 §2.1.1, RFC 9162 §2.1.3).</summary>
public sealed class InclusionProof
{
    /// <summary>More hashes than this no tree of a size we accept needs.</summary>
    public const int MaxHashes = 64;

    private InclusionProof(LedgerIndex index, TreeSize size, ImmutableArray<Bytes32> hashes) => (Index, Size, Hashes) = (index, size, hashes);

    /// <summary>Where the leaf stands.</summary>
    public LedgerIndex Index { get; }

    /// <summary>Size of the tree it is proven to stand in.</summary>
    public TreeSize Size { get; }

    /// <summary>Siblings on the way from the leaf to the root.</summary>
    public ImmutableArray<Bytes32> Hashes { get; }

    /// <summary>Takes a proof from outside; false only if it is longer than any proof can be.</summary>
    public static bool TryCreate(LedgerIndex index, TreeSize size, IReadOnlyList<Bytes32> hashes, [NotNullWhen(true)] out InclusionProof? proof)
    {
        proof = hashes.Count <= MaxHashes ? new(index, size, [.. hashes]) : null;
        return proof is not null;
    }

    /// <summary>Makes the proof.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The tree has no such leaf.</exception>
    public static InclusionProof Compute(LedgerIndex index, TreeSize size, NodeReader read)
        => new(index, size, [.. Siblings(index, size).Select(r => NodeAddress.HashOf(r.Start, r.End, read))]);

    /// <summary>Which nodes <see cref="Compute"/> will read, for those who must fetch them beforehand.</summary>
    public static IReadOnlyList<NodeAddress> NodesFor(LedgerIndex index, TreeSize size)
        => [.. Siblings(index, size).SelectMany(r => NodeAddress.Cover(r.Start, r.End))];

    /// <summary>Checks that <paramref name="leaf"/> stands at <see cref="Index"/> in the tree of <see cref="Size"/> with this root.</summary>
    public ProofResult Verify(LeafHash leaf, RootHash root)
    {
        if (!Size.Holds(Index))
        {
            return ProofResult.IndexOutsideTree;
        }

        return !MerklePath.TryRoot(Index.Value, Size.Value, leaf.Value, Hashes.AsSpan(), out var computed) ? ProofResult.WrongLength
            : computed == root.Value ? ProofResult.Valid : ProofResult.RootMismatch;
    }

    // RFC 6962 §2.1.1, PATH(m, D[n]), without recursion: from the root down, so reversed at the end.
    private static List<(ulong Start, ulong End)> Siblings(LedgerIndex index, TreeSize size)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(size.Value, TreeSize.Max);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index.Value, size.Value);
        var siblings = new List<(ulong, ulong)>();
        var (start, end) = (0UL, size.Value);
        while (end - start > 1)
        {
            var middle = start + TreeShape.SplitOf(end - start);
            if (index.Value < middle)
            {
                siblings.Add((middle, end));
                end = middle;
            }
            else
            {
                siblings.Add((start, middle));
                start = middle;
            }
        }

        siblings.Reverse();
        return siblings;
    }
}
