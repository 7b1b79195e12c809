using LiveLedger.Chain.Keccak;

namespace LiveLedger.Cli.Chain;

/// <summary>A contract on a chain is ours if its code is; and a constructor's values are the only bytes that may differ.</summary>
public sealed class PublishedContractTests
{
    private const int WordLength = 32;

    [Fact]
    public void A_contracts_code_is_known_and_with_one_other_byte_it_is_not()
    {
        var creation = PublishedContract.Anchor.Creation([]);
        var code = creation[(Array.IndexOf(creation, (byte)0xfe) + 1)..];
        Assert.True(PublishedContract.Anchor.IsCode(code));
        Assert.True(PublishedContract.Anchor.IsCodeHash(Keccak256.Of(code)));
        for (var i = 0; i < code.Length; i++)
        {
            code[i] ^= 1;
            Assert.False(PublishedContract.Anchor.IsCode(code), $"byte {i}");
            code[i] ^= 1;
        }

        code[^1] ^= 1;
        Assert.False(PublishedContract.Anchor.IsCodeHash(Keccak256.Of(code)));
        Assert.False(PublishedContract.Tickets.IsCode(code));
        Assert.False(PublishedContract.Anchor.IsCode(creation));
        Assert.False(PublishedContract.Anchor.IsCode(code.AsSpan(1)));
        Assert.False(PublishedContract.Anchor.IsCode([]));
    }

    [Fact]
    public void What_a_constructor_fixes_may_be_anything_and_no_byte_beside_it()
    {
        var creation = PublishedContract.Tickets.Creation([]);
        // PUSH1 0x80 PUSH1 0x40 MSTORE: how code begins that keeps nothing for its constructor.
        var code = creation[creation.AsSpan().IndexOf((ReadOnlySpan<byte>)[0x60, 0x80, 0x60, 0x40, 0x52])..];
        byte[] fixedLater = [0x7f, .. new byte[WordLength]];
        var at = code.AsSpan().IndexOf(fixedLater);
        Assert.True(at > 0);
        code.AsSpan(at + 1, WordLength).Fill(0xab);
        Assert.True(PublishedContract.Tickets.IsCode(code));
        foreach (var beside in (int[])[at, at + WordLength + 1])
        {
            code[beside] ^= 1;
            Assert.False(PublishedContract.Tickets.IsCode(code));
            code[beside] ^= 1;
        }
    }
}
