using System.Text.Json.Nodes;
using LiveLedger.Chain;

namespace LiveLedger.Harness.Chain;

/// <summary>The file that <c>--chain</c> names, for as long as a test has it.</summary>
public sealed class ChainSettingsFile : IDisposable
{
    private ChainSettingsFile(string path) => Path = path;

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The server's environment with it.</summary>
    public Dictionary<string, string> Environment => new() { ["LIVELEDGER_CHAIN"] = Path };

    /// <summary>For a node and contracts that are there.</summary>
    public static ChainSettingsFile Of(Anvil node, TestContracts contracts, int confirmations, int anchorEverySeconds) =>
        Write([node.Url], node.Accounts[0], contracts.Anchor, contracts.Ownership, contracts.Tickets, confirmations, anchorEverySeconds);

    /// <summary>For a node that says nothing, about contracts that nobody deployed.</summary>
    public static ChainSettingsFile Of(SilentNode node, int anchorEverySeconds = 1)
    {
        var nobody = new Address([.. Enumerable.Repeat((byte)1, Address.Length)]);
        return Write([node.Url], nobody.ToString(), nobody, nobody, nobody, confirmations: 1, anchorEverySeconds);
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(Path);

    private static ChainSettingsFile Write(string[] nodes, string account, Address anchor, Address ownership, Address tickets, int confirmations, int anchorEverySeconds)
    {
        var path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"liveledger-chain-{Guid.NewGuid():N}.json");
        File.WriteAllText(path, new JsonObject
        {
            ["chainId"] = Anvil.ChainId,
            ["nodes"] = new JsonArray([.. nodes.Select(static n => (JsonNode?)n)]),
            ["account"] = account,
            ["contracts"] = new JsonObject { ["anchor"] = anchor.ToString(), ["ownership"] = ownership.ToString(), ["tickets"] = tickets.ToString() },
            ["firstBlock"] = 0,
            ["confirmations"] = confirmations,
            ["lookEveryMilliseconds"] = 100,
            ["anchorEverySeconds"] = anchorEverySeconds,
            ["outageAfterSeconds"] = 5,
        }.ToJsonString());
        return new(path);
    }
}
