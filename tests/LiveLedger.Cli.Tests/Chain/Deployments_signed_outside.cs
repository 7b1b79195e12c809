using System.Text.Json.Nodes;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Commands;

namespace LiveLedger.Cli.Chain;

/// <summary>The account's key is a signer's, and no node's: two nodes of other keys, of which one only signs.</summary>
public sealed class Deployments_signed_outside : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-signer-").FullName;

    private string Settings => Path.Combine(_folder, "chain.json");

    [Fact]
    public async Task The_signer_signs_the_node_only_passes_on_and_the_file_names_both()
    {
        await using var signer = await Anvil.StartAsync();
        await using var node = await Anvil.StartAsync("--mnemonic-seed-unsafe", "7");
        var account = signer.Accounts[0];
        Assert.DoesNotContain(account, node.Accounts);
        await node.SetBalanceAsync(account, 1_000_000_000_000_000_000);

        // The node has no key of this account, and nobody else is asked.
        var (exit, _, error) = await CommandLine.RunAsync(Deploy(node, account));
        Assert.Equal(3, exit);
        Assert.Contains("(chain-refused); nothing was sent", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder));

        var told = await CommandLine.AskAsync(0, [.. Deploy(node, account), "--signer", signer.Url]);
        Assert.Equal((3UL, 0UL, 0UL), (await node.CountAsync(account), await signer.CountAsync(account), await signer.BlockNumberAsync()));
        Assert.Equal(account, told.GetProperty("account").GetString(), ignoreCase: true);
        var written = JsonNode.Parse(await File.ReadAllTextAsync(Settings))!;
        Assert.Equal((signer.Url, node.Url), ((string?)written["signer"], (string?)written["nodes"]![0]));
        Assert.Equal(0, (await CommandLine.RunAsync("chain", "status", "--file", Settings)).Exit);
    }

    [Fact]
    public async Task A_signer_that_is_away_or_has_another_key_sends_nothing_and_what_opens_it_is_not_shown()
    {
        await using var signer = await Anvil.StartAsync("--mnemonic-seed-unsafe", "7");
        await using var node = await Anvil.StartAsync();
        var account = node.Accounts[0];
        string[] signed = [.. Deploy(node, account), "--signer", signer.Url.Replace("http://", "http://platform:hush-hush@", StringComparison.Ordinal)];
        var (exit, output, error) = await CommandLine.RunAsync(signed);
        Assert.Equal((3, ""), (exit, output));
        Assert.Contains("(chain-refused); nothing was sent", error, StringComparison.Ordinal);

        await signer.KillAsync();
        (exit, output, error) = await CommandLine.RunAsync(signed);
        Assert.Equal((3, ""), (exit, output));
        Assert.Contains("(chain-unreachable); nothing was sent", error, StringComparison.Ordinal);
        Assert.DoesNotContain("hush-hush", error, StringComparison.Ordinal);
        Assert.Equal((0UL, false), (await node.CountAsync(account), File.Exists(Settings)));

        // It is back, and what was noted before it was asked has not been sent.
        Assert.Equal(0, (await CommandLine.RunAsync(Deploy(node, account))).Exit);
        Assert.Equal(3UL, await node.CountAsync(account));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Deploy(Anvil node, string account) => ["chain", "deploy", "--node", node.Url, "--confirmations", "1", "--out", Settings, "--account", account];
}
