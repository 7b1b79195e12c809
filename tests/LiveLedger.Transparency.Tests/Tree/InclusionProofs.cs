using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Tree;

public sealed class InclusionProofs
{
    private static readonly Arbitrary<(int Size, int Index)> s_places =
        Gen.Choose(1, 600).SelectMany(static size => Gen.Choose(0, size - 1).Select(index => (size, index))).ToArbitrary();

    [Fact]
    public void Every_leaf_of_every_small_tree_is_proven()
    {
        for (var size = 1; size <= 66; size++)
        {
            var root = SampleTree.Root(size);
            for (var index = 0; index < size; index++)
            {
                Assert.Equal(ProofResult.Valid, Prove(size, index).Verify(SampleTree.Leaf((ulong)index), root));
            }
        }
    }

    [Fact]
    public void Any_leaf_of_any_tree_is_proven()
        => Prop.ForAll(s_places, static p =>
            Prove(p.Size, p.Index).Verify(SampleTree.Leaf((ulong)p.Index), SampleTree.Root(p.Size)) == ProofResult.Valid)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void No_altered_proof_leaf_root_or_index_is_taken()
        => Prop.ForAll(s_places, static p =>
        {
            var (size, index) = p;
            var proof = Prove(size, index);
            var (leaf, root) = (SampleTree.Leaf((ulong)index), SampleTree.Root(size));
            foreach (var hashes in SampleTree.Mutations(proof.Hashes))
            {
                AssertRefused(index, size, hashes, leaf, root);
            }

            AssertRefused(index, size, proof.Hashes, new(SampleTree.Flip(leaf.Value, 0)), root);
            AssertRefused(index, size, proof.Hashes, leaf, new(SampleTree.Flip(root.Value, 255)));
            foreach (var other in (int[])[index - 1, index + 1, index ^ 1, index / 2, size])
            {
                if (other >= 0 && other != index)
                {
                    AssertRefused(other, size, proof.Hashes, leaf, root);
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_reason_is_named()
    {
        var proof = Prove(7, 3);
        var (leaf, root) = (SampleTree.Leaf(3), SampleTree.Root(7));
        Assert.Equal(ProofResult.RootMismatch, proof.Verify(leaf, SampleTree.Root(6)));
        Assert.Equal(ProofResult.WrongLength, With(3, 7, proof.Hashes[..^1]).Verify(leaf, root));
        Assert.Equal(ProofResult.IndexOutsideTree, With(7, 7, proof.Hashes).Verify(leaf, root));
        Assert.Equal(ProofResult.IndexOutsideTree, With(0, 0, []).Verify(leaf, RootHash.Empty));
    }

    [Fact]
    public void A_proof_longer_than_any_tree_needs_is_not_taken()
    {
        Assert.False(InclusionProof.TryCreate(new(0), new(1), new Bytes32[65], out _));
        Assert.True(InclusionProof.TryCreate(new(0), new(TreeSize.Max), new Bytes32[64], out _));
    }

    [Fact]
    public void The_nodes_named_beforehand_are_those_read()
    {
        for (var size = 1; size < 40; size++)
        {
            for (var index = 0; index < size; index++)
            {
                var asked = new List<NodeAddress>();
                InclusionProof.Compute(new((ulong)index), new((ulong)size), SampleTree.Reader(size, asked));
                Assert.Equal(InclusionProof.NodesFor(new((ulong)index), new((ulong)size)).OrderBy(Key), asked.OrderBy(Key));
            }
        }
    }

    [Fact]
    public void There_is_no_proof_of_a_leaf_the_tree_has_not()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Prove(5, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => InclusionProof.NodesFor(new(0), new(ulong.MaxValue)));
    }

    private static (int, ulong) Key(NodeAddress node) => (node.Level, node.Index);

    private static InclusionProof Prove(int size, int index) => InclusionProof.Compute(new((ulong)index), new((ulong)size), SampleTree.Reader(size));

    private static InclusionProof With(int index, int size, IReadOnlyList<Bytes32> hashes)
    {
        Assert.True(InclusionProof.TryCreate(new((ulong)index), new((ulong)size), hashes, out var proof));
        return proof;
    }

    private static void AssertRefused(int index, int size, IReadOnlyList<Bytes32> hashes, LeafHash leaf, RootHash root)
        => Assert.NotEqual(ProofResult.Valid, With(index, size, hashes).Verify(leaf, root));
}
