using LiveLedger.Transparency.Tree;

namespace LiveLedger.Transparency.Tests.Tree;

public sealed class TreeSizes
{
    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("7", 7UL)]
    [InlineData("9223372036854775807", TreeSize.Max)]
    public void Plain_decimal_is_read_and_written_alike(string text, ulong value)
    {
        Assert.True(TreeSize.TryParse(text, out var size));
        Assert.Equal(value, size.Value);
        Assert.Equal(text, size.ToString());
        Assert.True(LedgerIndex.TryParse(text, out var index));
        Assert.Equal(text, index.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("01")]
    [InlineData("+1")]
    [InlineData("-1")]
    [InlineData("-0")]
    [InlineData(" 1")]
    [InlineData("1 ")]
    [InlineData("1\n")]
    [InlineData("1,000")]
    [InlineData("1e3")]
    [InlineData("0x1")]
    [InlineData("\uff11")]
    [InlineData("\u0661")]
    [InlineData("9223372036854775808")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999999999")]
    public void Anything_else_is_refused(string text)
    {
        Assert.False(TreeSize.TryParse(text, out _));
        Assert.False(LedgerIndex.TryParse(text, out _));
    }
}
