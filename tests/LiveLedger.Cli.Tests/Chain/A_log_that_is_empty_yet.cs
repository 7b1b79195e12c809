using System.Net;
using LiveLedger.Harness.Commands;

namespace LiveLedger.Cli.Chain;

/// <summary>`chain anchor` right after a server's first start: of an empty log nothing is anchored, and nothing may be said to be.</summary>
public sealed class A_log_that_is_empty_yet : IDisposable
{
    private static readonly Dictionary<string, byte[]> s_empty = new() { ["/v1/chain/anchors"] = """{"code":"log-empty","detail":"The log has no entries yet."}"""u8.ToArray() };

    private static readonly Dictionary<string, byte[]> s_anchored = new()
    {
        ["/v1/chain/anchors"] = """{"size":7}"""u8.ToArray(),
        ["/v1/chain/account"] = """{"outOfFunds":false,"waiting":[],"sent":[]}"""u8.ToArray(),
        ["/v1/chain"] = """{"chainId":31337,"contracts":{"anchor":"0x","ownership":"0x","tickets":"0x"},"account":"0x","confirmations":1,"anchored":7}"""u8.ToArray(),
    };

    private readonly TestOrigin _server = new();
    private readonly string _token = Path.GetTempFileName();

    public A_log_that_is_empty_yet() => File.WriteAllText(_token, "token");

    public void Dispose()
    {
        _server.Dispose();
        File.Delete(_token);
    }

    [Fact]
    public async Task Is_ordered_again_until_it_has_entries_and_waited_for()
    {
        var orders = 0;
        _server.Files = s_empty;
        _server.StatusOf = static _ => HttpStatusCode.Conflict;
        _server.Asked = path =>
        {
            if (path == "/v1/chain/anchors" && ++orders == 3)
            {
                (_server.Files, _server.StatusOf) = (s_anchored, static _ => HttpStatusCode.OK);
            }
        };
        var told = await CommandLine.AskAsync(0, Anchor("30"));
        Assert.Equal((3, 7UL, 7UL), (orders, told.GetProperty("size").GetUInt64(), told.GetProperty("anchored").GetUInt64()));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("1")]
    public async Task Is_not_said_to_be_anchored_if_it_stays_so(string wait)
    {
        (_server.Files, _server.StatusOf) = (s_empty, static _ => HttpStatusCode.Conflict);
        var told = await CommandLine.RunAsync(Anchor(wait));
        Assert.Equal((3, ""), (told.Exit, told.Output));
        Assert.Contains("The log has no entries yet. (log-empty)", told.Error, StringComparison.Ordinal);
    }

    private string[] Anchor(string wait) => ["chain", "anchor", "--server", _server.Address.AbsoluteUri, "--token-file", _token, "--wait", wait];
}
