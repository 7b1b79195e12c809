using System.Globalization;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Commands;

namespace LiveLedger.Cli.Chain;

/// <summary>A deployment that ends anywhere, by kill -9 or for want of its node, costs nothing twice: the next one goes on, and says what it found.</summary>
public sealed class Deployments_cut_off : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-deploying-").FullName;

    private string Settings => Path.Combine(_folder, "chain.json");

    private string Note => $"{Settings}.deploying";

    [Fact]
    public async Task Killed_while_each_contract_waits_for_its_block_it_is_ended_with_three_transactions_in_all()
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        for (var sent = 1UL; sent <= 3; sent++)
        {
            using var run = StartedDeployment.Start(Deploy(node));
            await UntilAsync(async () => await PendingAsync(node) == sent);
            await run.KillAsync();
            Assert.False(File.Exists(Settings));

            // It finds what waits, and waits with it.
            using var next = StartedDeployment.Start(Deploy(node));
            await Task.Delay(1500);
            Assert.Equal(sent, await PendingAsync(node));
            await next.KillAsync();
            await node.MineAsync();
        }

        var told = await CommandLine.AskAsync(0, Deploy(node));
        Assert.Equal(["CheckpointAnchor", "BroadcastOwnership", "Tickets"], told.GetProperty("foundAgain").EnumerateArray().Select(static c => c.GetString()));
        Assert.Equal((3UL, 1UL), (await PendingAsync(node), told.GetProperty("firstBlock").GetUInt64()));
        Assert.False(File.Exists(Note));
        Assert.Equal(0, (await CommandLine.RunAsync("chain", "status", "--file", Settings)).Exit);
    }

    [Fact]
    public async Task What_was_noted_and_dropped_is_sent_anew_and_so_is_all_behind_a_nonce_that_something_else_took()
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        await CutOffAsync(node, 1);
        await node.CallAsync("anvil_dropAllTransactions");
        await CutOffAsync(node, 1);

        // A transfer in its place.
        await node.CallAsync("anvil_dropAllTransactions");
        await node.CallAsync("eth_sendTransaction", new JsonObject { ["from"] = node.Accounts[0], ["to"] = node.Accounts[1], ["value"] = "0x1" });
        await node.MineAsync();
        await CutOffAsync(node, 2);
        await node.SetAutomineAsync(true);
        await node.MineAsync();

        var told = await CommandLine.AskAsync(0, Deploy(node));
        Assert.Equal(["CheckpointAnchor"], told.GetProperty("foundAgain").EnumerateArray().Select(static c => c.GetString()));
        Assert.Equal(4UL, await PendingAsync(node));
    }

    [Fact]
    public async Task Where_the_node_goes_it_says_what_was_sent_and_an_empty_chain_in_its_place_gets_all_three()
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        using var run = StartedDeployment.Start(Deploy(node));
        await UntilAsync(async () => await PendingAsync(node) == 1);
        var first = (string)(await node.CallAsync("eth_getBlockByNumber", "pending", false))!["transactions"]![0]!;
        await node.MineAsync();
        await UntilAsync(async () => await PendingAsync(node) == 2);
        await node.KillAsync();
        var (exit, said) = await run.EndAsync();
        Assert.Equal(3, exit);
        Assert.Contains("(chain-unreachable); sent: CheckpointAnchor by " + first + ", BroadcastOwnership by 0x", said, StringComparison.Ordinal);
        Assert.Contains($"; the same command goes on from {Note}", said, StringComparison.Ordinal);
        Assert.False(File.Exists(Settings));

        await node.StartAgainAsync();
        await node.SetAutomineAsync(true);
        var told = await CommandLine.AskAsync(0, Deploy(node));
        Assert.Empty(told.GetProperty("foundAgain").EnumerateArray());
        Assert.Equal((3UL, false), (await PendingAsync(node), File.Exists(Note)));
    }

    [Fact]
    public async Task A_note_of_another_account_or_of_nothing_is_not_gone_on_from_and_nothing_is_sent()
    {
        await using var node = await Anvil.StartAsync("--no-mining");
        await CutOffAsync(node, 1);
        var noted = await File.ReadAllTextAsync(Note);
        var (exit, _, error) = await CommandLine.RunAsync([.. Deploy(node)[..^2], "--account", node.Accounts[1]]);
        Assert.Equal(2, exit);
        Assert.Contains("that was cut off", error, StringComparison.Ordinal);
        foreach (var damaged in (string[])["", "null", "[]", noted[..^3], """{"chainId":31337,"account":null,"sent":[]}""", """{"chainId":31337,"account":"0x","sent":[null]}"""])
        {
            await File.WriteAllTextAsync(Note, damaged);
            Assert.Equal(2, (await CommandLine.RunAsync(Deploy(node))).Exit);
            Assert.Equal(damaged, await File.ReadAllTextAsync(Note));
        }

        Assert.Equal(1UL, await PendingAsync(node));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string[] Deploy(Anvil node) => ["chain", "deploy", "--node", node.Url, "--confirmations", "1", "--out", Settings, "--account", node.Accounts[0]];

    // Until the account has sent so many, none of which need be in a block.
    private async Task CutOffAsync(Anvil node, ulong sent)
    {
        using var run = StartedDeployment.Start(Deploy(node));
        await UntilAsync(async () => await PendingAsync(node) == sent);
        await run.KillAsync();
    }

    private static async Task<ulong> PendingAsync(Anvil node) =>
        ulong.Parse(((string)(await node.CallAsync("eth_getTransactionCount", node.Accounts[0], "pending"))!)[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var begun = TimeProvider.System.GetTimestamp(); !await condition(); await Task.Delay(50))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(begun) < s_patience, "it takes too long");
        }
    }
}
