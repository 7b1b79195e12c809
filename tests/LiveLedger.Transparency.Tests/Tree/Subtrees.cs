using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Tree;

/// <summary>A tree that is put together of leaves and of whole subtrees is the same tree.</summary>
public sealed class Subtrees
{
    [Fact]
    public void Leaves_and_the_subtrees_between_them_give_the_root()
    {
        var random = new Random(3);
        for (var size = 1; size <= 400; size++)
        {
            var tree = new CompactRange();
            while (tree.Size.Value < (ulong)size)
            {
                var gap = (ulong)random.Next(size - (int)tree.Size.Value + 1);
                foreach (var node in BundleEntries.Between(tree.Size.Value, tree.Size.Value + gap))
                {
                    tree.AppendSubtree(node, HashOf(node));
                }

                if (tree.Size.Value < (ulong)size)
                {
                    tree.Append(SampleTree.Leaf(tree.Size.Value));
                }
            }

            Assert.Equal(SampleTree.Root(size), tree.Root());
        }
    }

    [Fact]
    public void A_subtree_that_does_not_begin_where_the_tree_ends_is_refused()
    {
        var tree = new CompactRange();
        tree.Append(SampleTree.Leaf(0));
        Assert.Throws<ArgumentException>(() => tree.AppendSubtree(new(1, 0), default));
        Assert.Throws<ArgumentException>(() => tree.AppendSubtree(new(1, 1), default));
        Assert.Throws<ArgumentException>(() => tree.AppendSubtree(new(0, 2), default));
        Assert.Throws<ArgumentException>(() => tree.AppendSubtree(new(63, 0), default));
        Assert.Throws<ArgumentException>(() => tree.AppendSubtree(new(-1, 1), default));
        tree.AppendSubtree(new(0, 1), default);
        tree.AppendSubtree(new(1, 1), default);
        Assert.Equal(4UL, tree.Size.Value);
    }

    [Fact]
    public void Between_any_two_places_of_the_largest_tree_are_no_more_than_a_bundle_allows()
    {
        Assert.Equal(2 * 62, BundleEntries.Between(1, TreeSize.Max).Count);
        Assert.True(BundleEntries.Between(1, TreeSize.Max).Count <= BundleEntries.MaxBetween);
        Assert.Empty(BundleEntries.Between(5, 5));
    }

    private static Cryptography.Bytes32 HashOf(NodeAddress node) =>
        MerkleHash.Root([.. Enumerable.Range(0, 1 << node.Level).Select(i => SampleTree.Leaf((node.Index << node.Level) + (ulong)i).Value)]);
}
