using System.Security.Cryptography;
using LiveLedger.Media.Chunks;

namespace LiveLedger.Media.Tests.Chunks;

public sealed class ChunkTreeTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(16_383, 1)]
    [InlineData(16_384, 1)]
    [InlineData(16_385, 2)]
    [InlineData(32_768, 2)]
    [InlineData(40_000, 3)]
    [InlineData(131_072, 8)]
    [InlineData(200_001, 13)]
    public void Leaves_and_root_are_those_of_a_plain_recursion(int length, int chunks)
    {
        var segment = new byte[length];
        new Random(length).NextBytes(segment);
        var tree = ChunkTree.Of(segment);
        byte[][] leaves = [.. segment.Chunk(16_384).Select(static chunk => SHA256.HashData([0, .. chunk]))];

        Assert.Equal(chunks, leaves.Length);
        Assert.Equal(chunks, ChunkTree.CountFor(length));
        Assert.Equal(leaves.SelectMany(static l => l), tree.Leaves.ToArray());
        Assert.Equal(RootOf(leaves), tree.Root.ToArray());
        Assert.Equal(length, tree.ByteLength);
    }

    [Fact]
    public void The_longest_segment_has_4096_chunks_and_a_longer_or_empty_one_is_not_hashed()
    {
        Assert.Equal(4096, ChunkTree.CountFor(1 << 26));
        var longest = new byte[(1 << 26) + 1];
        Assert.Throws<ArgumentOutOfRangeException>(() => ChunkTree.Of(longest));
        Assert.Throws<ArgumentOutOfRangeException>(static () => ChunkTree.Of([]));
        Assert.Equal(4096 * 32, ChunkTree.Of(longest.AsSpan(1)).Leaves.Length);
    }

    [Fact]
    public void A_tree_allocates_its_leaf_list_and_nothing_for_each_chunk()
    {
        var segment = new byte[64 * ChunkTree.ChunkSize];
        _ = ChunkTree.Of(segment);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = ChunkTree.Of(segment);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 64 * 32 + 128);
    }

    private static byte[] RootOf(byte[][] leaves)
    {
        if (leaves.Length == 1)
        {
            return leaves[0];
        }

        var k = 1;
        while (k * 2 < leaves.Length)
        {
            k *= 2;
        }

        return SHA256.HashData([1, .. RootOf(leaves[..k]), .. RootOf(leaves[k..])]);
    }
}
