using System.Text;
using System.Text.Json.Nodes;
using LiveLedger.Anchoring.Transactions;
using LiveLedger.Chain;
using LiveLedger.ChainNodes;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Harness.Chain;

namespace LiveLedger.Anchoring.Tests.Transactions;

public sealed class A_transaction_that_goes_wrong
{
    private const ulong Gwei = 1_000_000_000;

    // The second is what nodes say of an account: here it is a contract that does.
    [Theory]
    [InlineData("sold out")]
    [InlineData("insufficient funds, txpool is full")]
    public async Task Is_parked_with_what_the_contract_said_and_holds_up_none_behind_it(string said)
    {
        await using var account = await RunningAccount.StartAsync();
        var refusing = await account.Node.DeployAsync(account.Anvil.Account(1), Code.Reverts);
        await account.SendAsync();
        var refused = await account.OrderAsync(99, refusing, Error(said));
        await account.OrderAsync(0);
        await account.UntilMinedAsync(1);

        var parked = TransactionEvents.ReadParked((await account.EventsAsync(TransactionEvents.ParkedType)).Single());
        Assert.Equal((refused, AccountException.Reverted, $"reverted: {said}"), (parked.Order, parked.Code, parked.Detail));
        await account.CheckOnceAsync(1);
        Assert.Equal(1UL, await account.Anvil.CountAsync(account.Anvil.Accounts[0]));
    }

    [Fact]
    public async Task Is_parked_with_what_the_contract_said_if_it_is_mined_and_reverted()
    {
        await using var account = await RunningAccount.StartAsync();
        var closing = await account.Node.DeployAsync(account.Anvil.Account(1), s_closes);
        await account.Anvil.SetAutomineAsync(false);
        await account.SendAsync();
        var refused = await account.OrderAsync(99, closing, Error("sold out"));
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.SentType)).Count == 1, "it is sent");

        // It is open when it is asked; closed before it is mined, in a block that is too dear for it.
        await account.Node.SendTransactionAsync(new(account.Anvil.Account(2), closing, 0, default, 0, 100_000, 100 * Gwei, Gwei), default);
        await account.Anvil.SetNextBaseFeeAsync(20 * Gwei);
        await account.Anvil.MineAsync();
        await account.Anvil.SetNextBaseFeeAsync(Gwei);

        // anvil has dropped what the dear block had no room for; it is sent again.
        await account.UntilAsync(
            async () =>
            {
                await account.Anvil.MineAsync();
                return (await account.EventsAsync(TransactionEvents.MinedType)).Count == 1;
            },
            "it is mined");
        var mined = TransactionEvents.ReadMined((await account.EventsAsync(TransactionEvents.MinedType)).Single());
        var parked = TransactionEvents.ReadParked((await account.EventsAsync(TransactionEvents.ParkedType)).Single());
        Assert.Equal((refused, false), (mined.Order, mined.Succeeded));
        Assert.Equal((refused, AccountException.Reverted, "reverted: sold out"), (parked.Order, parked.Code, parked.Detail));

        await account.Anvil.SetAutomineAsync(true);
        await account.OrderAsync(0);
        await account.UntilMinedAsync(2);
        Assert.Equal((int[])[0], await account.LoggedAsync());
    }

    [Fact]
    public async Task Is_parked_if_the_node_says_no_at_once_and_its_nonce_is_the_next_ones()
    {
        await using var account = await RunningAccount.StartAsync();
        await using var node = await FaultyNode.StartAsync(account.Anvil.Url);
        var asked = 0;
        node.Answers = async (question, http) =>
        {
            if (FaultyNode.Method(question) != "eth_sendTransaction" || Interlocked.Increment(ref asked) > 2)
            {
                return false;
            }

            // Orders that come between the sender's reading and its writing.
            await account.OrderAsync(asked - 1);
            return asked == 1 && await FaultyNode.RefuseAsync(question, http, -32000, "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)");
        };
        await account.SendAsync(url: node.Url);
        await account.OrderAsync(99);
        await account.UntilMinedAsync(2);
        var parked = TransactionEvents.ReadParked((await account.EventsAsync(TransactionEvents.ParkedType)).Single());
        Assert.Equal((ChainException.Refused, "tx fee (1.20 ether) exceeds the configured cap (1.00 ether)"), (parked.Code, parked.Detail));
        await account.CheckOnceAsync(2);
        Assert.Equal(2, (await account.EventsAsync(TransactionEvents.SentType)).Count);
    }

    [Theory]
    [InlineData(-32603, "Internal error")]
    [InlineData(-32000, "header not found")]
    [InlineData(-32000, "missing trie node 5a3c (path 0x0) state 0x77 is not available")]
    public async Task Is_asked_for_again_and_not_parked_while_the_node_lacks_what_it_would_answer_by_and_holds_up_none_behind_it(int code, string said)
    {
        await using var account = await RunningAccount.StartAsync();
        await using var node = await FaultyNode.StartAsync(account.Anvil.Url);
        var lacks = true;
        var taken = HexText.Of(RunningAccount.Word(0));
        node.Answers = async (question, http) => Volatile.Read(ref lacks) && FaultyNode.Method(question) == "eth_estimateGas" && !question.ToJsonString().Contains(taken, StringComparison.Ordinal)
            && await FaultyNode.RefuseAsync(question, http, code, said);
        for (var n = 1; n < 5; n++)
        {
            await account.Book.OrderAsync(account.Order(n) with { Purpose = OrderPurpose.StartProof }, "system", default);
        }

        await account.OrderAsync(0);
        var sender = await account.SendAsync(url: node.Url);
        await account.UntilMinedAsync(1);
        Assert.Equal((int[])[0], await account.LoggedAsync());
        await account.UntilAsync(() => Task.FromResult(sender.Problem?.Detail.Contains(said, StringComparison.Ordinal) == true), "the node's words are told");

        Volatile.Write(ref lacks, false);
        await account.UntilMinedAsync(5);
        await account.CheckOnceAsync(5);
        Assert.Empty(await account.EventsAsync(TransactionEvents.ParkedType));
        await account.UntilAsync(() => Task.FromResult(sender.Problem is null), "nothing stands in the way");
    }

    [Fact]
    public async Task Waits_for_money_goes_out_when_that_comes_and_holds_up_no_other_account()
    {
        await using var account = await RunningAccount.StartAsync();
        var other = await account.Of(2);
        await account.Anvil.SetBalanceAsync(account.Anvil.Accounts[0], 1000);
        var sender = await account.SendAsync();
        await other.SendAsync();
        await account.OrderAsync(0);
        await account.UntilAsync(() => Task.FromResult(sender.Problem?.Code == AccountException.OutOfFunds), "the want of money is told");
        await other.OrderAsync(1);
        await other.UntilMinedAsync(1);
        Assert.True((await account.Book.ReadAsync(default)).IsOutOfFunds);
        Assert.Empty(await account.EventsAsync(TransactionEvents.PreparedType));

        await account.Anvil.SetBalanceAsync(account.Anvil.Accounts[0], UInt128.Parse("1000000000000000000"));
        await account.UntilMinedAsync(1);
        Assert.Equal((int[])[0, 1], (await account.LoggedAsync()).Order());
        Assert.Equal(
            [TransactionEvents.OrderedType, TransactionEvents.OutOfFundsType, TransactionEvents.FundedType, TransactionEvents.PreparedType, TransactionEvents.SentType, TransactionEvents.MinedType],
            (await account.EventsAsync()).Select(static e => e.Type));
        await other.EndSendersAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Gets_a_new_nonce_when_a_strangers_with_its_own_is_final_and_not_before(int confirmations)
    {
        await using var account = await RunningAccount.StartAsync();
        await account.Anvil.SetAutomineAsync(false);
        account.Options = account.Options with { Confirmations = confirmations };
        await account.SendAsync();
        await account.OrderAsync(0);
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.SentType)).Count == 1, "it is sent");
        var strangers = await account.Node.SendTransactionAsync(new(account.Options.Account, account.Contract, 0, RunningAccount.Word(99), 0, 100_000, 50 * Gwei, 10 * Gwei), default);
        await account.Anvil.MineAsync();
        Assert.Equal((int[])[99], await account.LoggedAsync());
        if (confirmations > 1)
        {
            await account.Anvil.MineAsync(confirmations - 2);
            await Task.Delay(700);
            Assert.Empty(await account.EventsAsync(TransactionEvents.DisplacedType));
            await account.Anvil.MineAsync();
        }

        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.SentType)).Count == 2, "it is sent under another");
        await account.Anvil.MineAsync(confirmations);
        await account.UntilMinedAsync(1);
        Assert.Equal((int[])[99, 0], await account.LoggedAsync());
        var displaced = TransactionEvents.ReadDisplaced((await account.EventsAsync(TransactionEvents.DisplacedType)).Single());
        Assert.Equal((0UL, strangers.ToString()), (displaced.Nonce, displaced.By));
        Assert.Equal(1UL, TransactionEvents.ReadMined((await account.EventsAsync(TransactionEvents.MinedType)).Single()).Nonce);
    }

    [Fact]
    public async Task Waits_for_a_node_that_hangs_while_orders_are_taken_all_the_same_and_goes_out_by_another()
    {
        await using var account = await RunningAccount.StartAsync();
        await using var node = await FaultyNode.StartAsync(account.Anvil.Url);
        node.Answers = static (_, http) => FaultyNode.HangAsync(http);
        var sender = await account.SendAsync(url: node.Url, patience: TimeSpan.FromSeconds(1));
        await account.OrderAsync(0).WaitAsync(TimeSpan.FromSeconds(10));
        await account.UntilAsync(() => Task.FromResult(sender.Problem?.Code == ChainException.Timeout), "the silence is told");
        Assert.Single(await account.EventsAsync());
        node.Answers = static (_, _) => Task.FromResult(false);
        await account.UntilMinedAsync(1);
        await account.CheckOnceAsync(1);
    }

    [Theory]
    [InlineData("value", "0x7")]
    [InlineData("from", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8")]
    [InlineData("to", "0x70997970c51812dc3a010c7d01b50e0d17dc79c8")]
    [InlineData("nonce", "0x1")]
    [InlineData("gas", "0xffff")]
    [InlineData("data", "0x")]
    [InlineData("maxFeePerGas", "0xffffffffff")]
    [InlineData("maxPriorityFeePerGas", "0x0")]
    [InlineData("accessList", null)]
    public async Task Is_not_sent_if_the_signer_signs_something_else_and_goes_out_when_it_does_not(string member, string? value)
    {
        await using var account = await RunningAccount.StartAsync();
        await using var signing = await Anvil.StartAsync();
        await using var signer = await FaultyNode.StartAsync(signing.Url);
        await using var node = await FaultyNode.StartAsync(account.Anvil.Url);
        signer.Answers = async (question, http) =>
        {
            question["params"]![0]![member] = value ?? JsonNode.Parse("""[{"address":"0x70997970c51812dc3a010c7d01b50e0d17dc79c8","storageKeys":[]}]""");
            return await FaultyNode.GiveAsync(question, http, await signing.CallAsync("eth_signTransaction", question["params"]![0]!.DeepClone()));
        };
        var sender = await account.SendAsync(url: node.Url, signer: signer.Url);
        await account.OrderAsync(0);
        await account.UntilAsync(() => Task.FromResult(sender.Problem?.Code == AccountException.NotSigned), "that is told");
        Assert.Empty(await account.EventsAsync(TransactionEvents.PreparedType));
        signer.Answers = static (_, _) => Task.FromResult(false);
        await account.UntilMinedAsync(1);
        await account.CheckOnceAsync(1);
        Assert.DoesNotContain("eth_sendTransaction", node.Asked);
    }

    [Fact]
    public async Task Is_in_the_ledger_with_its_bytes_and_hash_before_it_is_sent_if_it_is_signed_outside()
    {
        await using var account = await RunningAccount.StartAsync();
        await using var signer = await Anvil.StartAsync();
        var sender = await account.SendAsync(static at => { if (at == SendStep.Prepared) { throw new IOException("the process ends here"); } }, signer: signer.Url);
        await account.OrderAsync(0);
        await account.UntilAsync(async () => (await account.EventsAsync(TransactionEvents.PreparedType)).Count == 1, "it is prepared");
        await account.EndAsync(sender);
        Assert.Equal(0UL, await account.Anvil.CountAsync(account.Anvil.Accounts[0]));

        var live = (await account.Book.ReadAsync(default)).Live.Single();
        Assert.Equal(live.Newest.Hash, await account.Node.SendRawTransactionAsync(live.Newest.Signed, default));
        await account.SendAsync();
        await account.UntilMinedAsync(1);
        await account.CheckOnceAsync(1);
    }

    // Called with nothing it closes; closed, it reverts with what it is called with.
    private static readonly byte[] s_closes =
        [0x36, 0x60, 0x09, 0x57, 0x60, 0x01, 0x5f, 0x55, 0x00, 0x5b, 0x5f, 0x54, 0x60, 0x10, 0x57, 0x00, 0x5b, 0x36, 0x5f, 0x5f, 0x37, 0x36, 0x5f, 0xfd];

    // Error(string), as Solidity's require gives it.
    private static byte[] Error(string text) =>
        [0x08, 0xc3, 0x79, 0xa0, .. RunningAccount.Word(32), .. RunningAccount.Word(text.Length), .. Encoding.ASCII.GetBytes(text), .. new byte[(32 - text.Length % 32) % 32]];
}
