using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Tree;

public sealed class CompactRanges
{
    [Fact]
    public void A_compact_range_has_the_root_of_the_recursive_definition()
        => Prop.ForAll(Gen.Choose(0, 700).ToArbitrary(), static size => SampleTree.Range(size).Root() == SampleTree.Root(size))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void A_compact_range_keeps_one_hash_for_each_bit_of_its_size()
    {
        for (var size = 0; size < 130; size++)
        {
            Assert.Equal(BitOperations.PopCount((uint)size), SampleTree.Range(size).Edge.Count);
        }
    }

    [Fact]
    public void A_range_restored_goes_on_as_if_it_had_never_stopped()
        => Prop.ForAll(Gen.Choose(0, 300).Two().ToArbitrary(), static sizes =>
        {
            var (before, more) = sizes;
            var stopped = SampleTree.Range(before);
            Assert.True(CompactRange.TryRestore(stopped.Size, stopped.Edge, out var restored));
            for (var i = 0; i < more; i++)
            {
                restored.Append(SampleTree.Leaf((ulong)(before + i)));
            }

            Assert.Equal(new TreeHead(new((ulong)(before + more)), SampleTree.Root(before + more)), restored.Head);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_range_is_rebuilt_from_the_nodes_it_names()
    {
        for (var size = 0; size < 70; size++)
        {
            var asked = new List<NodeAddress>();
            var rebuilt = CompactRange.Of(new((ulong)size), SampleTree.Reader(size, asked));
            Assert.Equal(SampleTree.Root(size), rebuilt.Root());
            Assert.Equal(CompactRange.NodesOf(new((ulong)size)), asked);
        }
    }

    [Fact]
    public void A_range_is_not_restored_from_the_wrong_number_of_hashes()
    {
        Assert.False(CompactRange.TryRestore(new(3), [default], out _));
        Assert.False(CompactRange.TryRestore(new(0), [default], out _));
        Assert.False(CompactRange.TryRestore(new(ulong.MaxValue), new Cryptography.Bytes32[64], out _));
    }
}
