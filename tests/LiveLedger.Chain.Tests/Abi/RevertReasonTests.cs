using LiveLedger.Chain.Contracts;
using LiveLedger.Chain.Tests.Readers;

namespace LiveLedger.Chain.Tests.Abi;

public sealed class RevertReasonTests
{
    [Theory]
    [InlineData("Error(string)", "not yours", "reverted: not yours")]
    [InlineData("Error(string)", "", "reverted: ")]
    [InlineData("Error(string)", "new\nline \u001b[2J\u202e", "reverted: new\ufffdline \ufffd[2J\ufffd")]
    [InlineData("Panic(uint256)", "17", "panicked: arithmetic overflow")]
    [InlineData("Panic(uint256)", "153", "panicked: code 0x99")]
    [InlineData("RootDiffers(uint64)", "12", "RootDiffers(12)")]
    [InlineData("ERC721NonexistentToken(uint256)", "340282366920938463463374607431768211456",
        "ERC721NonexistentToken(0x0000000000000000000000000000000100000000000000000000000000000000)")]
    [InlineData("OwnableUnauthorizedAccount(address)", "0x00112233445566778899aabbccddeeff01020304",
        "OwnableUnauthorizedAccount(0x00112233445566778899aabbccddeeff01020304)")]
    [InlineData("NeverHeardOf(uint256)", "1", "reverted with an unknown error 0x")]
    public void An_error_that_ethers_writes_has_its_line(string signature, string value, string line)
        => Assert.StartsWith(line, RevertReason.Describe(Ethers.Write([new("error", signature, [value])])[0].Bytes), StringComparison.Ordinal);

    [Fact]
    public void Two_parameters_are_both_told()
        => Assert.Equal("SizeMustGrow(12, 11)", RevertReason.Describe(Ethers.Write([new("error", "SizeMustGrow(uint64,uint64)", ["12", "11"])])[0].Bytes));

    [Theory]
    [InlineData("", "reverted without a reason")]
    [InlineData("08c379", "reverted with 0x08c379")]
    [InlineData("08c379a0", "reverted with an unknown error 0x08c379a0")]
    [InlineData("08c379a00000000000000000000000000000000000000000000000000000000000000020ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "reverted with an unknown error 0x08c379a0")]
    public void What_is_cut_short_is_told_as_that(string data, string line) => Assert.Equal(line, RevertReason.Describe(Convert.FromHexString(data)));

    [Fact]
    public void A_text_with_unclean_padding_is_not_read()
    {
        var error = Ethers.Write([new("error", "Error(string)", ["not yours"])])[0].Bytes;
        error[^1] = 1;
        Assert.Equal("reverted with an unknown error 0x08c379a0", RevertReason.Describe(error));
    }

    [Fact]
    public void A_long_text_is_cut_and_a_very_long_one_not_read()
    {
        var (cut, unread) = (Ethers.Write([new("error", "Error(string)", [string.Concat(Enumerable.Repeat("\U0001f3a5", 200))])])[0], Ethers.Write([new("error", "Error(string)", [new string('x', 1025)])])[0]);
        Assert.InRange(RevertReason.Describe(cut.Bytes).Length, RevertReason.MaxLength - 1, RevertReason.MaxLength);
        Assert.EndsWith("\U0001f3a5…", RevertReason.Describe(cut.Bytes), StringComparison.Ordinal);
        Assert.Equal("reverted with an unknown error 0x08c379a0", RevertReason.Describe(unread.Bytes));
    }
}
