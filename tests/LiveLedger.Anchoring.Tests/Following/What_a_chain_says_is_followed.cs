using LiveLedger.Anchoring.Following;
using LiveLedger.Chain.Contracts;
using LiveLedger.ChainNodes.Tests;
using LiveLedger.Harness.Ledgers;

namespace LiveLedger.Anchoring.Tests.Following;

/// <summary>A real node, a real ledger: what was said is logged once, what is taken back is undone.</summary>
public sealed class What_a_chain_says_is_followed
{
    private const uint Price = 1_000_000;

    [Fact]
    public async Task A_sale_is_logged_when_it_is_deep_enough_and_not_before()
    {
        await using var chain = await FollowedContracts.StartAsync();
        var run = await chain.RunAsync(confirmations: 3);
        await FollowedContracts.LevelAsync(run);
        var before = await chain.EventsAsync();
        Assert.DoesNotContain("sale-created", before);

        await chain.Anvil.MineAsync(2);
        await FollowedContracts.LevelAsync(run);
        Assert.Equal(["ownership-transferred", "ownership-registered", "sale-created"], await chain.EventsAsync());
        Assert.Equal($"{chain.Broadcast} open 100", (string?)await chain.Ledger.ExecuteAsync("SELECT replace(broadcast::text, '-', '') || ' ' || state || ' ' || (convert_from(terms, 'utf8')::json->>'supply') FROM chain.sales"));
        Assert.Equal(chain.Account(1), (string?)await chain.Ledger.ExecuteAsync("SELECT controller FROM chain.tokens"));
    }

    [Fact]
    public async Task A_ticket_is_bought_passed_on_and_refunded_as_the_contract_says()
    {
        await using var chain = await FollowedContracts.StartAsync();
        var run = await chain.RunAsync(confirmations: 1);
        var ticket = await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        await FollowedContracts.LevelAsync(run);
        Assert.Equal($"held {chain.Account(2)}", await chain.TicketAsync(ticket));

        await chain.Contracts.TransferAsync(2, 3, ticket);
        await FollowedContracts.LevelAsync(run);
        Assert.Equal($"held {chain.Account(3)}", await chain.TicketAsync(ticket));

        await chain.Contracts.SendAsync(1, chain.Contracts.Tickets, TicketsCalls.Cancel(chain.Sale));
        await chain.Contracts.SendAsync(3, chain.Contracts.Tickets, TicketsCalls.Refund(ticket, chain.Anvil.Account(3)));
        await FollowedContracts.LevelAsync(run);
        Assert.Equal("refunded nobody", await chain.TicketAsync(ticket));
        Assert.Equal("refunding", (string?)await chain.Ledger.ExecuteAsync("SELECT state FROM chain.sales"));

        var rows = await TableBytes.OfAsync(chain.Ledger.Database, "chain.tickets");
        await chain.Ledger.ExecuteAsync("DELETE FROM chain.tickets");
        await chain.Ledger.Inline.RebuildAllAsync();
        Assert.Equal(rows, await TableBytes.OfAsync(chain.Ledger.Database, "chain.tickets"));
    }

    [Fact]
    public async Task Blocks_that_are_taken_back_are_undone_by_an_event_and_what_comes_instead_is_seen()
    {
        await using var chain = await FollowedContracts.StartAsync();
        var run = await chain.RunAsync(confirmations: 2);
        var ticket = await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        await chain.Anvil.MineAsync(2);
        await FollowedContracts.LevelAsync(run);
        Assert.Equal($"held {chain.Account(2)}", await chain.TicketAsync(ticket));

        await chain.Anvil.ReorgAsync(3);
        await chain.Anvil.MineAsync(2);
        await FollowedContracts.LevelAsync(run);
        Assert.Null(await chain.TicketAsync(ticket));
        Assert.Equal("blocks-taken-back", (await chain.EventsAsync())[^1]);
        Assert.Equal("open", (string?)await chain.Ledger.ExecuteAsync("SELECT state FROM chain.sales"));

        Assert.Equal(ticket, await chain.Contracts.BuyAsync(4, chain.Sale, Price));
        await chain.Anvil.MineAsync(2);
        await FollowedContracts.LevelAsync(run);
        Assert.Equal($"held {chain.Account(4)}", await chain.TicketAsync(ticket));
        await chain.Ledger.UntilPublishedAsync((await chain.EventsAsync()).Count);
        await LogAudit.CheckAsync(chain.Ledger.Log);
    }

    [Fact]
    public async Task Blocks_that_were_not_deep_enough_are_taken_back_without_a_word()
    {
        await using var chain = await FollowedContracts.StartAsync();
        await chain.Anvil.MineAsync(12);
        var run = await chain.RunAsync(confirmations: 12);
        await FollowedContracts.LevelAsync(run);
        var before = await chain.EventsAsync();
        await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        await chain.Anvil.MineAsync(2);
        await FollowedContracts.LevelAsync(run);

        await chain.Anvil.ReorgAsync(3);
        await chain.Anvil.MineAsync(12);
        await FollowedContracts.LevelAsync(run);
        Assert.Equal(before, await chain.EventsAsync());
    }

    [Theory]
    [InlineData(FollowStep.Said)]
    [InlineData(FollowStep.Placed)]
    internal async Task Ended_at_any_step_it_says_all_of_it_once(FollowStep step)
    {
        await using var chain = await FollowedContracts.StartAsync();
        for (var buyer = 2; buyer < 5; buyer++)
        {
            var ended = await chain.RunAsync(confirmations: 1, reached => _ = reached == step ? throw new OperationCanceledException("killed") : 0);
            await chain.Contracts.BuyAsync(buyer, chain.Sale, Price);
            await Assert.ThrowsAsync<OperationCanceledException>(() => FollowedContracts.LevelAsync(ended));
        }

        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        Assert.Equal(
            ["ownership-transferred", "ownership-registered", "sale-created", .. Enumerable.Repeat((string[])["ticket-transferred", "ticket-bought"], 3).SelectMany(static t => t)],
            await chain.EventsAsync());
    }

    [Fact]
    public async Task Ended_while_it_takes_back_it_takes_back_once()
    {
        await using var chain = await FollowedContracts.StartAsync();
        await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        await chain.Anvil.ReorgAsync(1);
        await chain.Anvil.MineAsync(1);

        var ended = await chain.RunAsync(confirmations: 1, static reached => _ = reached == FollowStep.TakenBack ? throw new OperationCanceledException("killed") : 0);
        await Assert.ThrowsAsync<OperationCanceledException>(() => FollowedContracts.LevelAsync(ended));
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        Assert.Single(await chain.EventsAsync(), "blocks-taken-back");
        Assert.Equal(0L, await chain.Ledger.ExecuteAsync("SELECT count(*) FROM chain.tickets"));
    }

    [Fact]
    public async Task Without_its_place_it_reads_the_chain_again_says_nothing_twice_and_still_notices_what_was_taken_back()
    {
        await using var chain = await FollowedContracts.StartAsync();
        await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        var before = await chain.EventsAsync();
        await chain.Ledger.ExecuteAsync("DELETE FROM anchoring.blocks");
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        Assert.Equal(before, await chain.EventsAsync());

        await chain.Ledger.ExecuteAsync("DELETE FROM anchoring.blocks");
        await chain.Anvil.ReorgAsync(1);
        await chain.Anvil.MineAsync(1);
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        Assert.Equal([.. before, "blocks-taken-back"], await chain.EventsAsync());
    }

    [Fact]
    public async Task Two_that_follow_at_once_say_nothing_twice()
    {
        await using var chain = await FollowedContracts.StartAsync();
        var first = await chain.RunAsync(confirmations: 1);
        var second = await chain.RunAsync(confirmations: 1);
        await FollowedContracts.LevelAsync(first);
        await FollowedContracts.LevelAsync(second);
        for (var i = 0; i < 10; i++)
        {
            await chain.Contracts.BuyAsync(2 + i % 3, chain.Sale, Price);
            await Task.WhenAll(EvenIfReplacedAsync(first), EvenIfReplacedAsync(second));
        }

        await FollowedContracts.LevelAsync(second);
        Assert.Equal(10, (await chain.EventsAsync()).Count(static t => t == "ticket-bought"));

        static async Task EvenIfReplacedAsync(FollowRun run)
        {
            try
            {
                await run.StepAsync(default);
            }
            catch (FollowerReplacedException)
            {
            }
        }
    }
}
