using System.Text.Json.Nodes;
using LiveLedger.Chain;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Commands;

namespace LiveLedger.Cli.Chain;

/// <summary>`chain status --file` holds the code at each address against what is published, and names what it finds.</summary>
public sealed class Contracts_that_are_not_ours : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public async Task Foreign_code_no_code_and_our_code_with_other_ties_are_each_found_at_each_address()
    {
        await using var node = await Anvil.StartAsync();
        var contracts = await TestContracts.DeployAsync(node);
        await WriteAsync(node, contracts.Anchor, contracts.Ownership, contracts.Tickets);
        await SaysAsync(0, "OK   chain 31337, at block 3: the contracts stand, and are as published");

        foreach (var (name, address) in (IEnumerable<(string, Address)>)[("CheckpointAnchor", contracts.Anchor), ("BroadcastOwnership", contracts.Ownership), ("Tickets", contracts.Tickets)])
        {
            var code = (string)(await node.CallAsync("eth_getCode", address.ToString(), "latest"))!;
            await node.CallAsync("anvil_setCode", address.ToString(), $"{code[..^2]}{(code.EndsWith("00", StringComparison.Ordinal) ? "01" : "00")}");
            await SaysAsync(1, "FAIL the contracts on chain 31337 are not those that are meant", $"the contract at {address.ToChecksumText()} is not {name} as it is published");
            await node.CallAsync("anvil_setCode", address.ToString(), "0x");
            await SaysAsync(1, $"there is no contract at {address.ToChecksumText()}, where {name} should be");
            await node.CallAsync("anvil_setCode", address.ToString(), code);
        }

        // All three are ours, by their code; but these tickets are tied to others.
        var others = await TestContracts.DeployAsync(node);
        await WriteAsync(node, others.Anchor, contracts.Ownership, contracts.Tickets);
        await SaysAsync(1, $"the CheckpointAnchor of Tickets is {contracts.Anchor.ToChecksumText()}, not {others.Anchor.ToChecksumText()}");
        await WriteAsync(node, contracts.Anchor, others.Ownership, contracts.Tickets);
        await SaysAsync(1, $"the BroadcastOwnership of Tickets is {contracts.Ownership.ToChecksumText()}, not {others.Ownership.ToChecksumText()}");
    }

    public void Dispose() => File.Delete(_file);

    private Task WriteAsync(Anvil node, Address anchor, Address ownership, Address tickets) => File.WriteAllTextAsync(_file, new JsonObject
    {
        ["chainId"] = Anvil.ChainId,
        ["nodes"] = new JsonArray(node.Url),
        ["account"] = node.Accounts[0],
        ["contracts"] = new JsonObject { ["anchor"] = anchor.ToString(), ["ownership"] = ownership.ToString(), ["tickets"] = tickets.ToString() },
        ["firstBlock"] = 0,
    }.ToJsonString());

    private async Task SaysAsync(int exit, params string[] words)
    {
        var (ended, output, error) = await CommandLine.RunAsync("chain", "status", "--file", _file);
        Assert.All(words, w => Assert.Contains(w, output + error, StringComparison.Ordinal));
        Assert.Equal(exit, ended);
    }
}
