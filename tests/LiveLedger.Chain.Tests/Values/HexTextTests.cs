namespace LiveLedger.Chain.Tests;

public sealed class HexTextTests
{
    [Theory]
    [InlineData("0x")]
    [InlineData("0x00")]
    [InlineData("0x01")]
    [InlineData("1")]
    [InlineData("0X1")]
    [InlineData("0xg")]
    [InlineData("0x100000000000000000000000000000000")]
    [InlineData(null)]
    public void What_is_no_quantity_is_refused(string? text) => Assert.False(HexText.TryReadQuantity(text, out _));

    [Theory]
    [InlineData("0x0", 0)]
    [InlineData("0x41", 65)]
    [InlineData("0x400", 1024)]
    public void A_quantity_is_read_and_written_as_the_specification_shows_it(string text, int value)
    {
        Assert.True(HexText.TryReadQuantity(text, out var read));
        Assert.Equal((UInt128)value, read);
        Assert.Equal(text, HexText.Quantity(read));
    }

    [Fact]
    public void An_address_is_what_it_was_written_as()
    {
        const string text = "0x00112233445566778899aabbccddeeff01020304";
        Assert.True(Address.TryParse(text, out var address));
        Assert.Equal(text, address.ToString());
        Assert.False(Address.TryParse(text[..^1], out _));
        Assert.False(Address.TryParse(text + "0", out _));
    }
}
