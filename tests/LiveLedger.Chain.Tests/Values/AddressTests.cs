using LiveLedger.Chain.Tests.Readers;

namespace LiveLedger.Chain.Tests.Values;

public sealed class AddressTests
{
    // The examples of EIP-55.
    [Theory]
    [InlineData("0x52908400098527886E0F7030069857D2E4169EE7")]
    [InlineData("0x8617E340B3D01FA5F11F306F4090FD50E238070D")]
    [InlineData("0xde709f2102306220921060314715629080e2fb77")]
    [InlineData("0x27b1fdb04752bbc536007a920d24acb045561c26")]
    [InlineData("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed")]
    [InlineData("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359")]
    [InlineData("0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB")]
    [InlineData("0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb")]
    public void The_standards_own_examples_have_their_checksums(string text)
    {
        Assert.True(Address.TryParse(text, out var address));
        Assert.Equal(text, address.ToChecksumText());
        Assert.True(Address.TryParse(text.ToLowerInvariant(), out var lower));
        Assert.Equal(address, lower);
        Assert.True(Address.TryParse("0x" + text[2..].ToUpperInvariant(), out var upper));
        Assert.Equal(address, upper);
    }

    [Fact]
    public void A_mixed_address_with_one_letter_in_the_wrong_case_is_refused()
    {
        const string good = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        for (var i = 2; i < good.Length; i++)
        {
            if (char.IsLetter(good[i]))
            {
                var other = char.IsUpper(good[i]) ? char.ToLowerInvariant(good[i]) : char.ToUpperInvariant(good[i]);
                Assert.False(Address.TryParse(good[..i] + other + good[(i + 1)..], out _), $"letter {i}");
            }
        }
    }

    [Fact]
    public void The_checksum_is_the_one_that_cast_writes()
    {
        var random = new RandomValues(55);
        for (var i = 0; i < 20; i++)
        {
            var address = random.Account();
            Assert.Equal(Cast.Say("to-check-sum-address", address.ToString()), address.ToChecksumText());
        }
    }
}
