using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Cryptography;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Tree;

public sealed class ConsistencyProofs
{
    private static readonly Arbitrary<(int From, int To)> s_growths =
        Gen.Choose(2, 600).SelectMany(static to => Gen.Choose(1, to - 1).Select(from => (from, to))).ToArbitrary();

    [Fact]
    public void Every_growth_of_small_trees_is_proven()
    {
        for (var to = 1; to <= 40; to++)
        {
            for (var from = 1; from <= to; from++)
            {
                Assert.Equal(ProofResult.Valid, Prove(from, to).Verify(SampleTree.Root(from), SampleTree.Root(to)));
            }
        }
    }

    [Fact]
    public void Any_growth_is_proven()
        => Prop.ForAll(s_growths, static g => Prove(g.From, g.To).Verify(SampleTree.Root(g.From), SampleTree.Root(g.To)) == ProofResult.Valid)
            .QuickCheckThrowOnFailure();

    [Fact]
    public void No_altered_proof_root_or_old_size_is_taken()
        => Prop.ForAll(s_growths, static g =>
        {
            var (from, to) = g;
            var proof = Prove(from, to);
            var (old, grown) = (SampleTree.Root(from), SampleTree.Root(to));
            foreach (var hashes in SampleTree.Mutations(proof.Hashes))
            {
                AssertRefused(from, to, hashes, old, grown);
            }

            AssertRefused(from, to, proof.Hashes, new(SampleTree.Flip(old.Value, 9)), grown);
            AssertRefused(from, to, proof.Hashes, old, new(SampleTree.Flip(grown.Value, 9)));
            AssertRefused(from, to, proof.Hashes, grown, old);
            foreach (var other in (int[])[0, from - 1, from + 1, from / 2, to, to + 1])
            {
                if (other != from)
                {
                    AssertRefused(other, to, proof.Hashes, old, grown);
                }
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_history_rewritten_is_found_out()
    {
        // The new tree differs in one old leaf: no honest computation over it proves the old root.
        for (var changed = 0; changed < 11; changed++)
        {
            var leaves = SampleTree.Leaves(20);
            leaves[changed] = SampleTree.Flip(leaves[changed], 1);
            Bytes32 Read(NodeAddress n) => Cryptography.Rfc6962.MerkleHash.Root(leaves.AsSpan((int)(n.Index << n.Level), 1 << n.Level));
            var proof = ConsistencyProof.Compute(new(11), new(20), Read);
            var rewritten = new RootHash(Cryptography.Rfc6962.MerkleHash.Root(leaves));
            Assert.Equal(ProofResult.OldRootMismatch, proof.Verify(SampleTree.Root(11), rewritten));
        }
    }

    [Fact]
    public void The_reason_is_named()
    {
        var proof = Prove(5, 9);
        var (old, grown) = (SampleTree.Root(5), SampleTree.Root(9));
        Assert.Equal(ProofResult.OldRootMismatch, proof.Verify(SampleTree.Root(4), grown));
        Assert.Equal(ProofResult.RootMismatch, proof.Verify(old, SampleTree.Root(8)));
        Assert.Equal(ProofResult.WrongLength, With(5, 9, []).Verify(old, grown));
        Assert.Equal(ProofResult.SizesReversed, With(9, 5, proof.Hashes).Verify(grown, old));
        Assert.Equal(ProofResult.WrongLength, With(5, 5, proof.Hashes).Verify(old, old));
        Assert.Equal(ProofResult.RootMismatch, With(5, 5, []).Verify(old, grown));
        Assert.Equal(ProofResult.NothingProven, With(0, 5, []).Verify(RootHash.Empty, old));
        Assert.Equal(ProofResult.RootMismatch, With(0, 0, []).Verify(old, old));
        Assert.Equal(ProofResult.Valid, With(0, 0, []).Verify(RootHash.Empty, RootHash.Empty));
    }

    [Fact]
    public void The_nodes_named_beforehand_are_those_read()
    {
        for (var to = 1; to < 40; to++)
        {
            for (var from = 1; from <= to; from++)
            {
                var asked = new List<NodeAddress>();
                ConsistencyProof.Compute(new((ulong)from), new((ulong)to), SampleTree.Reader(to, asked));
                Assert.Equal(
                    ConsistencyProof.NodesFor(new((ulong)from), new((ulong)to)).OrderBy(static n => (n.Level, n.Index)),
                    asked.OrderBy(static n => (n.Level, n.Index)));
            }
        }
    }

    [Fact]
    public void A_proof_longer_than_any_tree_needs_is_not_taken()
        => Assert.False(ConsistencyProof.TryCreate(new(1), new(2), new Bytes32[65], out _));

    private static ConsistencyProof Prove(int from, int to) => ConsistencyProof.Compute(new((ulong)from), new((ulong)to), SampleTree.Reader(to));

    private static ConsistencyProof With(int from, int to, IReadOnlyList<Bytes32> hashes)
    {
        Assert.True(ConsistencyProof.TryCreate(new((ulong)from), new((ulong)to), hashes, out var proof));
        return proof;
    }

    private static void AssertRefused(int from, int to, IReadOnlyList<Bytes32> hashes, RootHash old, RootHash grown)
        => Assert.NotEqual(ProofResult.Valid, With(from, to, hashes).Verify(old, grown));
}
