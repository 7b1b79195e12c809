using LiveLedger.Anchoring.Transactions;
using LiveLedger.Chain;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Harness.Chain;
using LiveLedger.Harness.Ledgers;
using Microsoft.Extensions.Logging.Abstractions;

namespace LiveLedger.Anchoring.Tests.Transactions;

public sealed class Orders_are_carried_out_once
{
    [Fact]
    public async Task In_their_order_each_under_the_next_nonce_however_often_they_are_given()
    {
        await using var account = await RunningAccount.StartAsync();
        var order = account.Order(0);
        Assert.True(await account.Book.OrderAsync(order, "test", default));
        Assert.False(await account.Book.OrderAsync(order, "test", default));
        await account.SendAsync();
        for (var n = 1; n < 30; n++)
        {
            await account.OrderAsync(n);
        }

        await account.UntilMinedAsync(30);
        Assert.False(await account.Book.OrderAsync(order, "test", default));
        await account.CheckOnceAsync(30);
        Assert.Equal(Enumerable.Range(0, 30), await account.LoggedAsync());
        Assert.Equal(30UL, await account.Anvil.CountAsync(account.Anvil.Accounts[0]));
        var state = await account.Book.ReadAsync(default);
        Assert.Equal((0, 0, 30UL), (state.Waiting.Count, state.LiveCount, state.Floor));
    }

    [Theory]
    [InlineData(nameof(SendStep.Prepared), false)]
    [InlineData(nameof(SendStep.Sent), false)]
    [InlineData(nameof(SendStep.Noted), false)]
    [InlineData(nameof(SendStep.Final), false)]
    [InlineData(nameof(SendStep.Done), false)]
    [InlineData(nameof(SendStep.Prepared), true)]
    [InlineData(nameof(SendStep.Sent), true)]
    [InlineData(nameof(SendStep.Noted), true)]
    [InlineData(nameof(SendStep.Final), true)]
    [InlineData(nameof(SendStep.Done), true)]
    public async Task Whichever_step_the_process_ends_at_each_time(string step, bool signedOutside)
    {
        await using var account = await RunningAccount.StartAsync();
        await using var signer = signedOutside ? await Anvil.StartAsync() : null;
        for (var n = 0; n < 4; n++)
        {
            await account.OrderAsync(n);
        }

        // Each order once: at the first time it comes to this step.
        for (var end = 0; end < 4; end++)
        {
            var ended = new TaskCompletionSource();
            var sender = await account.SendAsync(
                at =>
                {
                    if (at == Enum.Parse<SendStep>(step))
                    {
                        ended.TrySetResult();
                        throw new IOException("the process ends here");
                    }
                },
                signer: signer?.Url);
            await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
            await account.EndAsync(sender);
        }

        await account.SendAsync(signer: signer?.Url);
        await account.UntilMinedAsync(4);
        await account.CheckOnceAsync(4);
        Assert.Equal(4UL, await account.Anvil.CountAsync(account.Anvil.Accounts[0]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Though_the_node_takes_them_and_its_answers_get_lost(bool signedOutside)
    {
        await using var account = await RunningAccount.StartAsync();
        await using var signer = signedOutside ? await Anvil.StartAsync() : null;
        await using var faulty = await FaultyNode.StartAsync(account.Anvil.Url);
        var lost = 0;
        faulty.Passes = (question, _) => FaultyNode.Method(question) is not ("eth_sendTransaction" or "eth_sendRawTransaction") || Interlocked.Increment(ref lost) % 2 == 0;
        await account.SendAsync(url: faulty.Url, signer: signer?.Url);
        for (var n = 0; n < 6; n++)
        {
            await account.OrderAsync(n);
        }

        await account.UntilMinedAsync(6);
        await account.CheckOnceAsync(6);
        Assert.InRange(lost, 6, 100);
        Assert.Equal(signedOutside, faulty.Asked.Contains("eth_sendRawTransaction"));
        Assert.Equal(!signedOutside, faulty.Asked.Contains("eth_sendTransaction"));
    }

    [Fact]
    public async Task Of_two_processes_one_sends_and_the_other_takes_over_where_it_was()
    {
        await using var account = await RunningAccount.StartAsync();
        await using var ledger = await TestLedger.StartAsync(account.Ledger.Options);
        var first = await account.SendAsync();
        await account.UntilAsync(() => Task.FromResult(first.IsSending), "the first sends");
        var second = await account.SendAsync(book: new(ledger.Events, account.Node.Chain, account.Options.Account), ledger: ledger);
        for (var n = 0; n < 5; n++)
        {
            await account.OrderAsync(n);
        }

        await account.UntilMinedAsync(5);
        Assert.Equal((true, false), (first.IsSending, second.IsSending));
        await account.EndAsync(first);
        for (var n = 5; n < 10; n++)
        {
            await account.OrderAsync(n);
        }

        await account.UntilMinedAsync(10);
        Assert.True(second.IsSending);
        await account.CheckOnceAsync(10);
    }

    [Fact]
    public async Task Even_if_two_processes_both_believe_to_be_the_one_that_sends()
    {
        await using var account = await RunningAccount.StartAsync();
        await using var ledger = await TestLedger.StartAsync(account.Ledger.Options);
        for (var n = 0; n < 40; n++)
        {
            await account.OrderAsync(n);
        }

        await Task.WhenAll(((TestLedger[])[account.Ledger, ledger]).Select(async own =>
        {
            using var node = TestNodes.Of(account.Anvil.Url);
            var book = new AccountBook(own.Events, node.Chain, account.Options.Account);
            var run = new AccountRun(book, node, null, account.Options, TimeProvider.System, NullLogger.Instance, static _ => { });
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (await run.StepAsync(limit.Token))
            {
                await Task.Delay(Random.Shared.Next(20), limit.Token);
            }
        }));
        await account.CheckOnceAsync(40);
        Assert.Equal(40UL, await account.Anvil.CountAsync(account.Anvil.Accounts[0]));
    }
}
