using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Anchoring.Settings;

namespace LiveLedger.Anchoring.Tests.Settings;

public sealed class The_chains_file
{
    private const string Account = "0x00000000000000000000000000000000000000aa";

    [Fact]
    public void What_is_left_out_has_its_documented_value()
    {
        var read = ChainFile.Read(Bytes(Whole()));
        Assert.Equal(31337ul, read.Deployment.Chain.Value);
        Assert.Equal((12, false, 7ul), (read.Confirmations, read.Finalized, read.FirstBlock));
        Assert.Equal((3600, 2, 60, 15), ((int)read.AnchorEvery.TotalSeconds, (int)read.LookEvery.TotalSeconds, (int)read.ReplaceAfter.TotalSeconds, (int)read.OutageAfter.TotalSeconds));
        Assert.Equal((UInt128)200_000_000_000, read.MaxFee);
        Assert.Null(read.Signer);
        Assert.Equal("http://127.0.0.1:8545", Assert.Single(read.Nodes).Name);
    }

    [Theory]
    [InlineData("confirmations", 0)]
    [InlineData("confirmations", 10_001)]
    [InlineData("anchorEverySeconds", 0)]
    [InlineData("lookEveryMilliseconds", 10)]
    [InlineData("maxFeeGwei", 0)]
    [InlineData("outageAfterSeconds", 1)]
    [InlineData("confirmation", 3)]
    public void A_value_out_of_its_bounds_and_a_misspelt_name_are_refused(string name, int value)
    {
        var file = Whole();
        file[name] = value;
        Assert.Throws<InvalidDataException>(() => ChainFile.Read(Bytes(file)));
    }

    [Theory]
    [InlineData("chainId")]
    [InlineData("nodes")]
    [InlineData("account")]
    [InlineData("contracts")]
    [InlineData("firstBlock")]
    public void Nothing_of_what_it_must_say_may_be_missing(string name)
    {
        var file = Whole();
        file.Remove(name);
        Assert.Throws<InvalidDataException>(() => ChainFile.Read(Bytes(file)));
    }

    [Fact]
    public void What_opens_a_node_is_in_no_complaint_and_in_no_name()
    {
        var file = Whole();
        file["nodes"] = new JsonArray("https://user:hunter22@node.example/v3/secretsecret");
        Assert.Equal("https://node.example", Assert.Single(ChainFile.Read(Bytes(file)).Nodes).Name);

        file["nodes"] = new JsonArray("ftp://user:hunter22@node.example/v3/secretsecret");
        var refused = Assert.Throws<InvalidDataException>(() => ChainFile.Read(Bytes(file)));
        Assert.DoesNotContain("hunter22", refused.ToString(), StringComparison.Ordinal);
        file["nodes"] = new JsonObject { ["hunter22"] = "secretsecret" };
        Assert.DoesNotContain("secretsecret", Assert.Throws<InvalidDataException>(() => ChainFile.Read(Bytes(file))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0x00000000000000000000000000000000000000")]
    [InlineData("0x0000000000000000000000000000000000000000")]
    [InlineData("0xF39fd6e51aad88F6F4ce6aB8827279cffFb92266")]
    public void An_address_is_one_and_not_nobodys(string account)
    {
        var file = Whole();
        file["account"] = account;
        Assert.Throws<InvalidDataException>(() => ChainFile.Read(Bytes(file)));
    }

    private static JsonObject Whole() => new()
    {
        ["chainId"] = 31337,
        ["nodes"] = new JsonArray("http://127.0.0.1:8545"),
        ["account"] = Account,
        ["contracts"] = new JsonObject { ["anchor"] = Account, ["ownership"] = Account, ["tickets"] = Account },
        ["firstBlock"] = 7,
    };

    private static byte[] Bytes(JsonObject file) => Encoding.UTF8.GetBytes(file.ToJsonString());
}
