using System.Text;
using LiveLedger.Chain.Keccak;
using LiveLedger.Chain.Tests.Readers;

namespace LiveLedger.Chain.Tests.Keccak;

public sealed class Keccak256Tests
{
    // The two that everybody prints: Ethereum's hash of nothing, and of "abc" (Keccak team's test vectors, before FIPS 202's padding).
    [Theory]
    [InlineData("", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    public void Text_has_its_published_hash(string text, string hash) => Assert.Equal(hash, Keccak256.Of(Encoding.ASCII.GetBytes(text)).ToString());

    // Around the rate, where the padding is one byte, or a whole block.
    [Theory]
    [InlineData(1)]
    [InlineData(134)]
    [InlineData(135)]
    [InlineData(136)]
    [InlineData(137)]
    [InlineData(271)]
    [InlineData(272)]
    [InlineData(273)]
    [InlineData(20_000)]
    public void A_length_has_the_hash_that_cast_gives(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        Assert.Equal(Cast.Say("keccak", HexText.Of(bytes)), "0x" + Keccak256.Of(bytes));
    }

    [Fact]
    public void Hashing_allocates_nothing()
    {
        var (data, hash) = (new byte[1000], new byte[32]);
        Keccak256.Hash(data, hash);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Keccak256.Hash(data, hash);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
