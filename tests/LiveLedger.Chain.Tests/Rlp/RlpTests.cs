using System.Text;
using LiveLedger.Chain.Rlp;
using LiveLedger.Chain.Tests.Readers;

namespace LiveLedger.Chain.Tests.Rlp;

public sealed class RlpTests
{
    // The examples of Ethereum's documentation, "Recursive-length prefix serialization".
    [Theory]
    [InlineData("dog", "83646f67")]
    [InlineData("", "80")]
    [InlineData("\0", "00")]
    [InlineData("\u000f", "0f")]
    [InlineData("\u0004\0", "820400")]
    [InlineData("Lorem ipsum dolor sit amet, consectetur adipisicing elit",
        "b8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e7365637465747572206164697069736963696e6720656c6974")]
    public void A_string_has_its_published_form(string text, string hex)
    {
        var rlp = Convert.FromHexString(hex);
        var reader = new RlpReader(rlp);
        Assert.True(reader.TryTakeBytes(out var read) && reader.AtEnd);
        Assert.Equal(text, Encoding.ASCII.GetString(read));
        Assert.Equal(hex, Convert.ToHexStringLower(Unwrap(new RlpWriter().Add(Encoding.ASCII.GetBytes(text)))));
    }

    [Fact]
    public void Lists_have_their_published_forms()
    {
        Assert.Equal("c88363617483646f67", Hex(new RlpWriter().Add("cat"u8).Add("dog"u8)));
        Assert.Equal("c0", Hex(new RlpWriter()));

        // The set theoretical representation of three.
        var (zero, one) = (new RlpWriter(), new RlpWriter().Add(new RlpWriter()));
        Assert.Equal("c7c0c1c0c3c0c1c0", Hex(new RlpWriter().Add(zero).Add(one).Add(new RlpWriter().Add(zero).Add(one))));
        Assert.Equal("c3808080", Hex(new RlpWriter().Add(UInt128.Zero).Add(0UL).Add([])));
        Assert.Equal("c3820400", Hex(new RlpWriter().Add((UInt128)1024)));
    }

    [Fact]
    public void Random_lists_are_written_as_ethers_writes_them_and_read_whole()
    {
        var random = new Random(1559);
        var lists = Enumerable.Range(0, 300).Select(_ => List(random, 4)).ToArray();
        var written = NodeReader.Ask<string[]>("rlp", lists.Select(static l => l.Json));
        foreach (var (list, expected) in lists.Zip(written))
        {
            var rlp = list.Rlp.ToArray();
            Assert.Equal(expected, HexText.Of(rlp));
            Assert.True(IsOneItem(rlp), expected);
        }
    }

    [Theory]
    [InlineData("8100", "a byte in a wrapper")]
    [InlineData("817f", "a byte in a wrapper")]
    [InlineData("b801ff", "a long length that fits the short form")]
    [InlineData("b90001ff", "a length with a leading zero")]
    [InlineData("f801c0", "a list's long length that fits the short form")]
    [InlineData("b8", "no length")]
    [InlineData("b9ff", "half a length")]
    [InlineData("83646f", "a string cut short")]
    [InlineData("c3c0c1", "a list cut short")]
    [InlineData("c28100", "a byte in a wrapper, in a list")]
    [InlineData("bbffffffff", "more than there is")]
    [InlineData("bfffffffffffffffff", "more than anybody has")]
    [InlineData("ffffffffffffffffff", "more than anybody has, as a list")]
    [InlineData("8080", "two items")]
    [InlineData("", "nothing")]
    [InlineData("c5c4c3c2c1c0", "too deep")]
    public void What_is_not_canonical_is_refused(string hex, string why) => Assert.False(IsOneItem(Convert.FromHexString(hex)), why);

    [Fact]
    public void A_long_string_of_56_bytes_is_taken_and_every_shortening_refused()
    {
        var rlp = Unwrap(new RlpWriter().Add(new byte[300]));
        Assert.True(IsOneItem(rlp));
        for (var length = 0; length < rlp.Length; length++)
        {
            Assert.False(IsOneItem(rlp.AsSpan(0, length)), $"{length} bytes");
        }
    }

    [Fact]
    public void A_long_length_with_a_leading_zero_is_refused()
    {
        Assert.True(IsOneItem([0xb8, 56, .. new byte[56]]));
        Assert.False(IsOneItem([0xb9, 0, 56, .. new byte[56]]));
        Assert.False(IsOneItem([0xb8, 55, .. new byte[55]]));
    }

    [Fact]
    public void Numbers_have_no_leading_zeros_and_their_bounds()
    {
        Assert.True(TryNumber("80", out var zero) && zero == 0);
        Assert.True(TryNumber("88ffffffffffffffff", out var most) && most == ulong.MaxValue);
        Assert.False(TryNumber("89010000000000000000", out _));
        Assert.False(TryNumber("00", out _));
        Assert.False(TryNumber("820001", out _));
        Assert.False(TryNumber("c0", out _));
    }

    [Fact]
    public void A_string_is_no_list_and_a_list_no_string()
    {
        var asList = new RlpReader([0x80]);
        var asBytes = new RlpReader([0xc0]);
        Assert.False(asList.TryTakeList(out _));
        Assert.False(asBytes.TryTakeBytes(out _));
    }

    private static bool TryNumber(string hex, out ulong number)
    {
        var reader = new RlpReader(Convert.FromHexString(hex));
        return reader.TryTakeNumber(out number);
    }

    private static bool IsOneItem(ReadOnlySpan<byte> rlp)
    {
        var reader = new RlpReader(rlp);
        return reader.TryTakeItem(4, out var item) && reader.AtEnd && item.SequenceEqual(rlp);
    }

    private static (RlpWriter Rlp, object[] Json) List(Random random, int depth)
    {
        var (rlp, json) = (new RlpWriter(), new List<object>());
        for (var i = random.Next(depth == 1 ? 3 : 6); i > 0; i--)
        {
            if (depth > 1 && random.Next(3) == 0)
            {
                var (inner, innerJson) = List(random, depth - 1);
                rlp.Add(inner);
                json.Add(innerJson);
                continue;
            }

            // Around one byte, 55 bytes and 255 bytes the form changes.
            var bytes = new byte[random.Next(4) switch { 0 => random.Next(3), 1 => random.Next(53, 58), 2 => random.Next(254, 259), _ => random.Next(40) }];
            random.NextBytes(bytes);
            rlp.Add(bytes);
            json.Add(HexText.Of(bytes));
        }

        return (rlp, [.. json]);
    }

    private static string Hex(RlpWriter list) => Convert.ToHexStringLower(list.ToArray());

    private static byte[] Unwrap(RlpWriter list)
    {
        var reader = new RlpReader(list.ToArray());
        Assert.True(reader.TryTakeList(out var items));
        Assert.True(items.TryTakeItem(4, out var only));
        return only.ToArray();
    }
}
