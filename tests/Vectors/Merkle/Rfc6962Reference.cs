using System.Text;
using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Rfc6962;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Vectors.Merkle;

/// <summary>The eight reference leaves that Certificate Transparency implementations share, and the roots over the first n.</summary>
public sealed class Rfc6962Reference
{
    private static readonly string[] s_leaves =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

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
    public void The_first_n_leaves_have_the_published_root(int n, string root)
    {
        var leaves = s_leaves.Take(n).Select(static l => LeafHash.Of(Convert.FromHexString(l))).ToArray();
        var range = new CompactRange();
        foreach (var leaf in leaves)
        {
            range.Append(leaf);
        }

        Assert.Equal(root, range.Root().ToString());
        Assert.Equal(root, MerkleHash.Root(leaves.Select(static l => l.Value).ToArray()).ToString());
    }

    [Fact]
    public void A_leaf_and_a_node_hash_as_published()
    {
        Assert.Equal("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56", LeafHash.Of("L123456"u8).ToString());
        Assert.Equal(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            RootHash.Empty.ToString());

        // node("N123", "N456") of the published set hashes four-byte children, which our types cannot hold: the prefix rule by hand.
        Assert.Equal(
            "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb",
            Sha256Hash.Of([0x01, .. Encoding.ASCII.GetBytes("N123N456")]).ToString());
        var (left, right) = (LeafHash.Of("l"u8).Value, LeafHash.Of("r"u8).Value);
        Assert.Equal(Sha256Hash.Of([0x01, .. left.ToArray(), .. right.ToArray()]).Value, MerkleHash.Node(left, right));
    }
}
