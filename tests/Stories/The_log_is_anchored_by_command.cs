using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LiveLedger.Chain;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Stories;

/// <summary>An operator deploys, serves and anchors by the command line alone, on a real node; an outsider verifies, and is not fooled.</summary>
public sealed class The_log_is_anchored_by_command : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-anchored-").FullName;

    private string Settings => Path.Combine(_folder, "chain.json");

    [Fact]
    public async Task Deployed_served_and_anchored_it_verifies_and_what_was_changed_does_not()
    {
        await using var node = await Anvil.StartAsync();
        var contracts = (await DeployAsync(node)).GetProperty("contracts");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(Settings));
        Assert.True(Address.TryParse(contracts.GetProperty("anchor").GetString(), out var anchor));

        var cluster = await PostgresCluster.SharedAsync();
        await using var server = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync(), environment: new Dictionary<string, string> { ["LIVELEDGER_CHAIN"] = Settings });
        var url = server.BaseUrl.AbsoluteUri;
        var anchored = await CommandLine.AskAsync(0, "chain", "anchor", "--server", url, "--token-file", Path.Combine(server.Data, "operator.token"), "--wait", "60");
        Assert.True(anchored.GetProperty("anchored").GetUInt64() >= anchored.GetProperty("size").GetUInt64());
        await UntilAsync(async () => (await CommandLine.RunAsync("chain", "status", "--server", url)).Output.StartsWith("OK   chain 31337 is followed up to block", StringComparison.Ordinal));

        // By the verifier's own node; and, with no network, by a block's hash that the verifier has from elsewhere.
        await UntilAsync(async () => (await CommandLine.RunAsync("chain", "verify", "--server", url, "--node", node.Url)).Exit != 3);
        var verified = await CommandLine.AskAsync(0, "chain", "verify", "--server", url, "--node", node.Url);
        var size = verified.GetProperty("size").GetUInt64();
        Assert.True(size >= anchored.GetProperty("size").GetUInt64() && verified.GetProperty("logSize").GetUInt64() >= size);
        var receipt = await server.Http.GetStringAsync($"/v1/chain/anchors/{size}/receipt");
        var hash = verified.GetProperty("blockHash").GetString()!;
        var offline = await CommandLine.RunAsync("chain", "verify", "--receipt", await KeepAsync("receipt", receipt), "--block-hash", hash);
        Assert.Equal((0, ""), (offline.Exit, offline.Error));
        Assert.StartsWith($"OK   checkpoint of size {size} is anchored: chain 31337, block ", offline.Output, StringComparison.Ordinal);

        // A receipt in which one digit is another, wherever.
        foreach (var member in (string[])["contract", "submitter", "origin", "size", "root", "header", "account", "storage"])
        {
            Assert.Equal((1, "FAIL"), await VerdictAsync("--receipt", await KeepAsync(member, Changed(receipt, member)), "--block-hash", hash));
        }

        Assert.Equal((1, "FAIL"), await VerdictAsync("--receipt", Path.Combine(_folder, "receipt"), "--block-hash", $"0x{new string('1', 64)}"));
        Assert.Equal((1, "FAIL"), await VerdictAsync("--receipt", Path.Combine(_folder, "receipt"), "--block-hash", hash, "--contract", node.Accounts[3]));

        // Receipts that hold, of what somebody has anchored under our log's name: roots that its log never had, and a size that it does not have yet.
        Assert.True(VerifierKey.TryParse((await server.Http.GetStringAsync("/log/key")).Trim(), out var key));
        foreach (var (claimed, finding) in (IEnumerable<(ulong, string)>)[(1, "the log was rewritten"), (size, "the log was rewritten"), (1_000_000, "the log has shrunk")])
        {
            var claim = new AnchoredCheckpoint(anchor, 5, key.Name, new(new(claimed), new(Sha256Hash.Of(BitConverter.GetBytes(claimed)).Value)));
            var other = await KeepAsync($"other-{claimed}", Encoding.UTF8.GetString(await claim.AnchorAsync(node)));
            var told = await CommandLine.AskAsync(1, "chain", "verify", "--server", url, "--receipt", other, "--node", node.Url);
            Assert.StartsWith(finding, told.GetProperty("finding").GetString()!, StringComparison.Ordinal);
            Assert.Equal(0, (await CommandLine.RunAsync("chain", "verify", "--receipt", other, "--node", node.Url)).Exit);
        }

        // Another chain of the same number; and a node that is away, which is no verdict.
        await using var stranger = await Anvil.StartAsync();
        await stranger.MineAsync(50);
        Assert.Equal((1, "FAIL"), await VerdictAsync("--server", url, "--node", stranger.Url));
        await node.KillAsync();
        Assert.Equal((3, ""), await VerdictAsync("--server", url, "--node", node.Url));
    }

    [Fact]
    public async Task A_settings_file_is_held_against_the_chain_and_never_written_over()
    {
        await using var node = await Anvil.StartAsync();
        await DeployAsync(node);
        var written = await File.ReadAllTextAsync(Settings);
        Assert.Equal(2, (await CommandLine.RunAsync(Deploy(node, node.Accounts[0]))).Exit);
        Assert.Equal((written, 3UL), (await File.ReadAllTextAsync(Settings), await node.BlockNumberAsync()));

        var good = await CommandLine.AskAsync(0, "chain", "status", "--file", Settings, "--origin", "ledger.example/main");
        Assert.Equal((Anvil.ChainId, 0UL), (good.GetProperty("chainId").GetUInt64(), good.GetProperty("anchored").GetUInt64()));

        // Contracts that stand, but in one another's places; another account; a chain that no node is of.
        var json = JsonNode.Parse(written)!;
        (json["contracts"]!["anchor"], json["contracts"]!["tickets"]) = (json["contracts"]!["tickets"]!.DeepClone(), json["contracts"]!["anchor"]!.DeepClone());
        Assert.Equal(1, (await CommandLine.RunAsync("chain", "status", "--file", await KeepAsync("swapped", json.ToJsonString()))).Exit);
        json = JsonNode.Parse(written)!;
        json["account"] = node.Accounts[1];
        var registrar = await CommandLine.RunAsync("chain", "status", "--file", await KeepAsync("account", json.ToJsonString()));
        Assert.Equal(1, registrar.Exit);
        Assert.Contains("the registrar of BroadcastOwnership is", registrar.Output, StringComparison.Ordinal);
        json = JsonNode.Parse(written)!;
        json["chainId"] = 1;
        Assert.Equal(1, (await CommandLine.RunAsync("chain", "status", "--file", await KeepAsync("chain", json.ToJsonString()))).Exit);

        // Nobody signs for this account; and then nobody answers.
        File.Delete(Settings);
        Assert.Equal(3, (await CommandLine.RunAsync(Deploy(node, "0x00000000000000000000000000000000000000aa"))).Exit);
        await node.KillAsync();
        Assert.Equal(3, (await CommandLine.RunAsync(Deploy(node, node.Accounts[0]))).Exit);
        Assert.False(File.Exists(Settings));
        Assert.Equal(3, (await CommandLine.RunAsync("chain", "status", "--file", await KeepAsync("written", written))).Exit);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<JsonElement> DeployAsync(Anvil node) => await CommandLine.AskAsync(0, Deploy(node, node.Accounts[0]));

    private string[] Deploy(Anvil node, string account) => ["chain", "deploy", "--node", node.Url, "--account", account, "--confirmations", "1", "--out", Settings];

    private static async Task<(int Exit, string Verdict)> VerdictAsync(params string[] arguments)
    {
        var (exit, output, _) = await CommandLine.RunAsync(["chain", "verify", .. arguments]);
        return (exit, output.Split(' ')[0]);
    }

    private async Task<string> KeepAsync(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        await File.WriteAllTextAsync(path, text);
        return path;
    }

    // The last digit of a member's value, or of its last item.
    private static string Changed(string receipt, string member)
    {
        var json = JsonNode.Parse(receipt)!;
        var value = json[member] is JsonArray items ? (string)items[^1]! : (string)json[member]!;
        return receipt.Replace($"\"{value}\"", $"\"{value[..^1]}{(value[^1] == '1' ? '2' : '1')}\"", StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); !await condition(); await Task.Delay(200))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < s_patience, "it takes too long");
        }
    }
}
