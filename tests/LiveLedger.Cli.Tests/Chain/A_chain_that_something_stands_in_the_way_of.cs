using System.Text;
using LiveLedger.Harness.Commands;

namespace LiveLedger.Cli.Chain;

/// <summary>`chain status` of a server that says what the trouble is: the chain is not followed, or it is, and nothing can be sent.</summary>
public sealed class A_chain_that_something_stands_in_the_way_of : IDisposable
{
    private readonly TestOrigin _server = new();

    public void Dispose() => _server.Dispose();

    [Theory]
    [InlineData("\"2026-11-01T10:00:00Z\"", "WAIT chain 31337 is not followed since 2026-11-01 10:00:00Z: the account has too little (chain-out-of-funds)\n     anchored up to size 7\n")]
    [InlineData("null", "WAIT nothing is sent to chain 31337: the account has too little (chain-out-of-funds)\n     chain 31337 is followed up to block 9 of 10, 1 of them deep enough and to come\n")]
    public async Task Is_told_with_the_reason_and_no_verdict(string since, string begins)
    {
        _server.Files = new()
        {
            ["/v1/chain"] = Encoding.UTF8.GetBytes($$"""
                {"chainId":31337,"contracts":{"anchor":"0x","ownership":"0x","tickets":"0x"},"account":"0x","confirmations":1,"head":10,"followed":9,"behind":1,"anchored":7,
                 "problem":{"code":"chain-out-of-funds","detail":"the account has too little","since":{{since}} } }
                """),
        };
        var told = await CommandLine.RunAsync("chain", "status", "--server", _server.Address.AbsoluteUri);
        Assert.Equal((3, ""), (told.Exit, told.Error));
        Assert.StartsWith(begins, told.Output, StringComparison.Ordinal);
    }
}
