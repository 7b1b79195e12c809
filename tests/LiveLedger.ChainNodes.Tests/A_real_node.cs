using LiveLedger.Chain;
using LiveLedger.Cryptography;
using LiveLedger.Harness.Chain;

namespace LiveLedger.ChainNodes.Tests;

public sealed class A_real_node
{
    [Fact]
    public async Task Blocks_are_the_same_by_height_by_hash_and_by_tag_and_each_names_its_parent()
    {
        await using var anvil = await Anvil.StartAsync();
        using var node = TestNodes.Of(anvil.Url);
        await anvil.MineAsync(3);

        Assert.Equal(3UL, (await node.BlockNumberAsync(default)).Value);
        var latest = (await node.HeaderAsync(BlockReference.Latest, default))!;
        Assert.Equal(3UL, latest.Number.Value);
        Assert.Equal(latest.Hash, (await node.HeaderAsync(BlockReference.At(new(3)), default))!.Hash);
        Assert.Equal(latest.Number, (await node.HeaderAsync(BlockReference.Of(latest.Hash), default))!.Number);
        Assert.NotNull(latest.BaseFee);
        Assert.InRange(latest.Timestamp, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));

        var all = await node.HeadersAsync([new(0), new(1), new(2), new(3), new(4)], default);
        Assert.Null(all[4]);
        Assert.All(Enumerable.Range(1, 3), n => Assert.Equal(all[n - 1]!.Hash, all[n]!.Parent));
        Assert.Null(await node.HeaderAsync(BlockReference.At(new(99)), default));
        Assert.Equal(0UL, (await node.HeaderAsync(BlockReference.Finalized, default))!.Number.Value);
        Assert.Equal([(anvil.Url, new ChainId(Anvil.ChainId), null)], await node.LookAsync(default));
    }

    [Fact]
    public async Task A_transaction_is_sent_found_and_paid_for()
    {
        await using var anvil = await Anvil.StartAsync();
        using var node = TestNodes.Of(anvil.Url);
        var (from, to) = (anvil.Account(0), anvil.Account(1));
        var had = await node.BalanceAsync(from, BlockReference.Latest, default);

        var receipt = await node.SendAsync(from, to, [], 5);
        Assert.True(receipt.Succeeded);
        Assert.Equal(had - 5 - receipt.GasUsed * receipt.GasPrice, await node.BalanceAsync(from, BlockReference.Latest, default));
        Assert.Equal(had, await node.BalanceAsync(from, BlockReference.At(new(0)), default));
        Assert.Equal(1UL, await node.TransactionCountAsync(from, BlockReference.Latest, default));
        var found = (await node.TransactionAsync(receipt.Transaction, default))!;
        Assert.Equal((from, to, 0UL, (UInt128)5, receipt.Block), (found.From, found.To!.Value, found.Nonce, found.Value, found.Block!.Value));
        Assert.Null(await node.ReceiptAsync(default, default));
        Assert.Null(await node.TransactionAsync(default, default));
        Assert.Equal(21_000UL, await node.EstimateGasAsync(from, to, 1, default, default));
        Assert.True(await node.NextBaseFeeAsync(default) > 0);
        Assert.True(await node.PriorityFeeAsync(default) > 0);
    }

    [Fact]
    public async Task A_contracts_revert_comes_with_what_it_said()
    {
        await using var anvil = await Anvil.StartAsync();
        using var node = TestNodes.Of(anvil.Url);
        var contract = await node.DeployAsync(anvil.Account(0), Code.Reverts);
        Assert.Equal(Code.Reverts, await node.CodeAsync(contract, BlockReference.Latest, default));

        byte[] said = [0xde, 0xad, 0xbe, 0xef];
        var called = await Assert.ThrowsAsync<ChainException>(() => node.CallAsync(contract, said, BlockReference.Latest, default));
        Assert.Equal(ChainException.Refused, called.Code);
        Assert.Equal(said, called.Error!.Data);
        var estimated = await Assert.ThrowsAsync<ChainException>(() => node.EstimateGasAsync(anvil.Account(0), contract, 0, said, default));
        Assert.Equal(ChainException.Refused, estimated.Code);
        Assert.Equal(said, estimated.Error!.Data);
    }

    [Fact]
    public async Task Logs_are_the_filters_and_come_in_their_order_however_small_the_ranges_a_node_gives()
    {
        await using var anvil = await Anvil.StartAsync();
        await using var narrow = await FaultyNode.StartAsync(anvil.Url);
        using var node = TestNodes.Of(anvil.Url);
        var contract = await node.DeployAsync(anvil.Account(0), Code.Logs);
        var other = await node.DeployAsync(anvil.Account(0), Code.Logs);
        for (var n = 0; n < 20; n++)
        {
            await node.SendAsync(anvil.Account(0), n % 4 == 3 ? other : contract, Topic(n % 2));
        }

        var last = await node.BlockNumberAsync(default);
        var all = await node.LogsAsync(new([contract]), new(0), last, default);
        Assert.Equal((0UL, last.Value, 15), (all.From.Value, all.To.Value, all.Logs.Count));
        var odd = await node.LogsAsync(new([contract, other], [new Bytes32(Topic(1))]), new(0), last, default);
        Assert.Equal(10, odd.Logs.Count);
        Assert.Equal(new Bytes32(Topic(1)), odd.Logs[0].Topics.Single());
        var block = odd.Logs[3];
        Assert.Equal([block.Transaction], (await node.LogsOfBlockAsync(new([contract, other]), block.BlockHash, default)).Select(static l => l.Transaction));

        // A provider that gives three blocks at once.
        narrow.Answers = (question, http) => FaultyNode.Method(question) == "eth_getLogs"
            && Height(question["params"]![0]!["toBlock"]) - Height(question["params"]![0]!["fromBlock"]) > 2
                ? FaultyNode.RefuseAsync(question, http, -32602, "query exceeds max block range 3")
                : Task.FromResult(false);
        using var through = TestNodes.Of(narrow.Url);
        var paged = new List<ChainLog>();
        for (var from = new BlockNumber(0); from.CompareTo(last) <= 0;)
        {
            var page = await through.LogsAsync(new([contract]), from, last, default);
            Assert.Equal(from, page.From);
            paged.AddRange(page.Logs);
            from = new(page.To.Value + 1);
        }

        Assert.Equal(all.Logs.Select(static l => (l.Block, l.Index, l.Transaction)), paged.Select(static l => (l.Block, l.Index, l.Transaction)));

        static ulong Height(System.Text.Json.Nodes.JsonNode? quantity) => Convert.ToUInt64((string)quantity!, 16);
    }

    [Fact]
    public async Task A_proof_is_of_the_account_and_the_places_that_were_asked_for()
    {
        await using var anvil = await Anvil.StartAsync();
        using var node = TestNodes.Of(anvil.Url);
        var contract = await node.DeployAsync(anvil.Account(0), Code.Keeps);
        await node.SendAsync(anvil.Account(0), contract, Topic(77));

        var proof = await node.ProofAsync(contract, [default, new Bytes32(Topic(1))], BlockReference.Latest, default);
        Assert.Equal([new Bytes32(Topic(77)), default], proof.Storage.Select(static s => s.Value));
        Assert.NotEmpty(proof.Nodes);
        Assert.NotEmpty(proof.Storage[0].Nodes);
    }

    private static byte[] Topic(int value) => [.. new byte[31], (byte)value];
}
