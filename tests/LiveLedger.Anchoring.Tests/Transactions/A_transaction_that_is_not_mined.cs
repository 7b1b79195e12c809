using LiveLedger.Anchoring.Transactions;
using LiveLedger.Chain;
using LiveLedger.ChainNodes;
using LiveLedger.ChainNodes.Tests;

namespace LiveLedger.Anchoring.Tests.Transactions;

public sealed class A_transaction_that_is_not_mined
{
    private const ulong Gwei = 1_000_000_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Is_replaced_under_its_nonce_for_an_eighth_more_at_least(bool endsOnTheWay)
    {
        await using var account = await RunningAccount.StartAsync();
        await account.Anvil.SetAutomineAsync(false);
        account.Options = account.Options with { ReplaceAfter = TimeSpan.FromSeconds(1) };
        var ends = endsOnTheWay ? 1 : 0;
        await account.SendAsync(at =>
        {
            if (at == SendStep.Replaced && Interlocked.Decrement(ref ends) >= 0)
            {
                throw new IOException("the process ends here");
            }
        });
        await account.OrderAsync(0);
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.SentType)).Count == 1, "it is sent");

        // While there are no blocks there is nothing that more money would do.
        await Task.Delay(1500);
        Assert.Empty(await account.EventsAsync(TransactionEvents.ReplacedType));
        await account.Anvil.SetNextBaseFeeAsync(40 * Gwei);
        await account.Anvil.MineAsync();
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.ReplacedType)).Count > 0, "it is replaced");
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.SentType)).Count > 1, "and sent");
        await account.Anvil.MineAsync();
        await account.UntilMinedAsync(1);
        await account.CheckOnceAsync(1);

        var (first, second) = (TransactionEvents.ReadPrepared((await account.EventsAsync(TransactionEvents.PreparedType)).Single()),
            TransactionEvents.ReadPrepared((await account.EventsAsync(TransactionEvents.ReplacedType))[0]));
        Assert.Equal(first.Nonce, second.Nonce);
        Assert.True(UInt128.Parse(second.MaxFee) * 8 >= UInt128.Parse(first.MaxFee) * 9, $"{first.MaxFee} {second.MaxFee}");
        Assert.True(UInt128.Parse(second.Tip) * 8 >= UInt128.Parse(first.Tip) * 9, $"{first.Tip} {second.Tip}");
        Assert.Equal(2, (await account.EventsAsync(TransactionEvents.SentType)).Select(static e => TransactionEvents.ReadSent(e).Hash).Distinct().Count());
    }

    [Fact]
    public async Task Costs_no_more_than_the_ceiling_and_says_why_it_waits()
    {
        await using var account = await RunningAccount.StartAsync();
        await account.Anvil.SetAutomineAsync(false);
        account.Options = account.Options with { ReplaceAfter = TimeSpan.FromSeconds(1), FeeCeiling = 4 * Gwei };
        var sender = await account.SendAsync();
        await account.OrderAsync(0);
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.SentType)).Count == 1, "it is sent");
        await account.Anvil.SetNextBaseFeeAsync(40 * Gwei);
        await account.Anvil.MineAsync();
        await account.UntilAsync(() => Task.FromResult(sender.Problem?.Code == AccountException.FeeCeiling), "the ceiling is told");

        // Another one does not go out at a price at which it could not be mined.
        await account.OrderAsync(1);
        await Task.Delay(600);
        Assert.Single(await account.EventsAsync(TransactionEvents.PreparedType));
        Assert.All(
            (await account.EventsAsync(TransactionEvents.ReplacedType)).Select(TransactionEvents.ReadPrepared), static r => Assert.InRange(ulong.Parse(r.MaxFee), 0UL, 4 * Gwei));

        await account.Anvil.SetNextBaseFeeAsync(1 * Gwei);
        await account.Anvil.MineAsync();
        await account.Anvil.SetNextBaseFeeAsync(1 * Gwei);
        await account.Anvil.SetAutomineAsync(true);
        await account.UntilMinedAsync(2);
        await account.CheckOnceAsync(2);
        await account.UntilAsync(() => Task.FromResult(sender.Problem is null), "nothing stands in the way");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Is_sent_again_if_the_node_has_dropped_it(bool hashIsKnown)
    {
        await using var account = await RunningAccount.StartAsync();
        await account.Anvil.SetAutomineAsync(false);
        account.Options = account.Options with { ReplaceAfter = TimeSpan.FromSeconds(4) };
        await using var faulty = await FaultyNode.StartAsync(account.Anvil.Url);
        var lost = 0;
        faulty.Passes = (question, _) => hashIsKnown || FaultyNode.Method(question) != "eth_sendTransaction" || Interlocked.Increment(ref lost) != 1;
        await account.SendAsync(url: faulty.Url);
        await account.OrderAsync(0);
        string? hash = null;
        await account.UntilAsync(async () => (hash = await account.PooledAsync()) is not null, "the node has it");
        await account.Anvil.DropAsync(hash!);
        await account.UntilAsync(async () => await account.PooledAsync() is not null, "it is sent again");
        await account.Anvil.MineAsync();
        await account.UntilMinedAsync(1);
        await account.CheckOnceAsync(1);
        Assert.Empty(await account.EventsAsync(TransactionEvents.ReplacedType));
    }

    [Fact]
    public async Task Is_sent_again_if_the_chain_takes_its_block_back_and_is_told_of_once_it_is_final()
    {
        await using var account = await RunningAccount.StartAsync();
        account.Options = account.Options with { Confirmations = 4 };
        await account.SendAsync();
        await account.OrderAsync(0);
        await account.UntilAsync(async () => (await account.LoggedAsync()).Length == 1, "it is mined");
        await account.Anvil.MineAsync(2);
        await Task.Delay(500);
        Assert.Empty(await account.EventsAsync(TransactionEvents.MinedType));

        await account.Anvil.ReorgAsync(3);
        await account.UntilAsync(async () => (await account.LoggedAsync()).Length == 1, "it is mined again");
        var again = (await account.Node.LogsAsync(new([account.Contract]), new(0), await account.Node.BlockNumberAsync(default), default)).Logs.Single();
        Assert.Empty(await account.EventsAsync(TransactionEvents.MinedType));
        await account.Anvil.MineAsync(3);
        await account.UntilMinedAsync(1);
        await account.CheckOnceAsync(1);
        Assert.Equal(again.Block.Value, TransactionEvents.ReadMined((await account.EventsAsync(TransactionEvents.MinedType)).Single()).Block);
    }

    [Fact]
    public async Task Stands_again_if_the_chain_takes_back_what_was_final()
    {
        await using var account = await RunningAccount.StartAsync();
        await account.SendAsync();
        for (var n = 0; n < 3; n++)
        {
            await account.OrderAsync(n);
            await account.UntilMinedAsync(n + 1);
        }

        await account.Anvil.ReorgAsync(2);
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.UndoneType)).Count == 2, "two are undone");
        await account.UntilMinedAsync(5);
        Assert.Equal((int[])[0, 1, 2], await account.LoggedAsync());
        Assert.Equal(3, (await account.EventsAsync(TransactionEvents.MinedType)).Select(static e => TransactionEvents.ReadMined(e).Order).Distinct().Count());
    }

    [Fact]
    public async Task Is_sent_though_a_strangers_before_it_was_dropped_and_left_its_number_out()
    {
        await using var account = await RunningAccount.StartAsync();
        await account.Anvil.SetAutomineAsync(false);
        account.Options = account.Options with { ReplaceAfter = TimeSpan.FromSeconds(1) };
        await using var node = await FaultyNode.StartAsync(account.Anvil.Url);
        var strangers = await account.Node.SendTransactionAsync(new(account.Options.Account, account.Contract, 0, RunningAccount.Word(99), 0, 100_000, 5 * Gwei, Gwei), default);
        await account.SendAsync(url: node.Url);
        await account.OrderAsync(0);
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.SentType)).Count == 1, "it is sent");
        Assert.Equal(1UL, TransactionEvents.ReadPrepared((await account.EventsAsync(TransactionEvents.PreparedType)).Single()).Nonce);

        // anvil counts up to the highest number that waits, geth up to the first that is missing: here as geth.
        await account.Anvil.DropAsync(strangers.ToString());
        node.Answers = static (question, http) => FaultyNode.Method(question) == "eth_getTransactionCount" && question["params"]![1]!.ToJsonString() == "\"pending\""
            ? FaultyNode.GiveAsync(question, http, "0x0") : Task.FromResult(false);
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.SentType)).Count == 2, "the number is filled");
        await account.Anvil.SetAutomineAsync(true);
        await account.Anvil.MineAsync();
        await account.UntilMinedAsync(2);
        Assert.Equal((int[])[0], await account.LoggedAsync());
    }
}
