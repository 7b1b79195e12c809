using System.Security.Cryptography;
using LiveLedger.Cryptography.Rfc6962;

namespace LiveLedger.Cryptography.Tests.Rfc6962;

public sealed class MerkleHashTests
{
    [Fact]
    public void A_leaf_is_hashed_the_same_whichever_way_its_length_takes()
    {
        foreach (var length in (int[])[0, 1, 55, 56, 63, 64, 65, 1022, 1023, 1024, 16_384, 100_000])
        {
            var data = new byte[length];
            new Random(length).NextBytes(data);
            Assert.Equal(SHA256.HashData([0, .. data]), MerkleHash.Leaf(data).ToArray());
        }
    }

    [Fact]
    public void A_leaf_allocates_nothing()
    {
        var chunk = new byte[16_384];
        _ = MerkleHash.Leaf(chunk);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            _ = MerkleHash.Leaf(chunk);
            _ = MerkleHash.Leaf(chunk.AsSpan(0, 100));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
