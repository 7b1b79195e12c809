using System.Security.Cryptography;
using LiveLedger.Cryptography.Rfc6962;

namespace LiveLedger.Cryptography.Tests.Rfc6962;

public sealed class MerkleHashTests
{
    /// <summary>The roots of the reference test of google/certificate-transparency, for its first 0 to 8 leaves.</summary>
    [Theory]
    [InlineData(0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    [InlineData(3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77")]
    [InlineData(4, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(5, "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4")]
    [InlineData(6, "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef")]
    [InlineData(7, "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c")]
    [InlineData(8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")]
    public void Roots_are_the_published_ones(int count, string root)
    {
        string[] inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
        Bytes32[] leaves = [.. inputs.Take(count).Select(static i => MerkleHash.Leaf(Convert.FromHexString(i)))];
        Assert.Equal(root, MerkleHash.Root(leaves).ToString());
    }

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
