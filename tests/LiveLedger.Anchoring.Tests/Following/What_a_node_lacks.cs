using LiveLedger.ChainNodes;
using LiveLedger.ChainNodes.Tests;

namespace LiveLedger.Anchoring.Tests.Following;

/// <summary>Nodes of one chain are not all as far, and one address may stand for many of them. What one lacks did not happen less for it.</summary>
public sealed class What_a_node_lacks
{
    private const uint Price = 1_000_000;

    [Fact]
    public async Task A_node_that_lags_behind_the_one_that_told_the_head_has_taken_nothing_back()
    {
        await using var chain = await FollowedContracts.StartAsync();
        var ticket = await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        await using var first = await FaultyNode.StartAsync(chain.Anvil.Url);
        await using var second = await Replica.OfAsync(chain.Anvil);
        using var both = TestNodes.Of(first.Url, second.Url);
        var run = await chain.RunAsync(confirmations: 1, node: both);
        await FollowedContracts.LevelAsync(run);
        var before = await chain.EventsAsync();

        second.Newest = 2;
        first.Answers = static (question, http) => FaultyNode.Method(question) == "eth_blockNumber" ? Task.FromResult(false) : FaultyNode.SayAsync(http, "away", 503);
        await LagsAsync(() => run.StepAsync(default));
        Assert.Equal(before, await chain.EventsAsync());
        Assert.Equal($"held {chain.Account(2)}", await chain.TicketAsync(ticket));
    }

    [Fact]
    public async Task Where_a_chain_has_left_what_was_followed_is_not_sought_at_a_node_that_lags()
    {
        await using var chain = await FollowedContracts.StartAsync();
        var ticket = await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        var before = await chain.EventsAsync();
        await chain.Anvil.ReorgAsync(1);
        await chain.Anvil.MineAsync(1);

        await using var first = await FaultyNode.StartAsync(chain.Anvil.Url);
        await using var second = await Replica.OfAsync(chain.Anvil);
        using var both = TestNodes.Of(first.Url, second.Url);
        second.Newest = 2;
        first.Answers = static (question, http) => FaultyNode.Method(question) is null ? FaultyNode.SayAsync(http, "away", 503) : Task.FromResult(false);
        var run = await chain.RunAsync(confirmations: 1, node: both);
        await LagsAsync(() => run.StepAsync(default));
        Assert.Equal(before, await chain.EventsAsync());

        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        Assert.Equal([.. before, "blocks-taken-back"], await chain.EventsAsync());
        Assert.Null(await chain.TicketAsync(ticket));
        Assert.Equal("open", (string?)await chain.Ledger.ExecuteAsync("SELECT state FROM chain.sales"));
    }

    [Fact]
    public async Task Blocks_are_not_passed_over_whose_logs_were_asked_of_a_node_without_them()
    {
        await using var chain = await FollowedContracts.StartAsync();
        await using var replica = await Replica.OfAsync(chain.Anvil);
        using var node = TestNodes.Of(replica.Url);
        var run = await chain.RunAsync(confirmations: 1, node: node);
        await FollowedContracts.LevelAsync(run);

        // All but the logs is asked of a replica that is level.
        replica.AskedFor = "eth_getLogs";
        replica.Newest = await chain.Anvil.BlockNumberAsync();
        var ticket = await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        await LagsAsync(() => run.StepAsync(default));

        replica.Newest = null;
        await FollowedContracts.LevelAsync(run);
        Assert.Equal($"held {chain.Account(2)}", await chain.TicketAsync(ticket));
    }

    [Fact]
    public async Task A_sales_terms_are_not_those_of_a_node_that_does_not_have_the_sale()
    {
        await using var chain = await FollowedContracts.StartAsync();
        await using var replica = await Replica.OfAsync(chain.Anvil);
        using var node = TestNodes.Of(replica.Url);
        replica.AskedFor = "eth_call";
        replica.Newest = await chain.Anvil.BlockNumberAsync() - 1;
        var run = await chain.RunAsync(confirmations: 1, node: node);
        await LagsAsync(() => FollowedContracts.LevelAsync(run));
        Assert.DoesNotContain("sale-created", await chain.EventsAsync());

        replica.Newest = null;
        await FollowedContracts.LevelAsync(run);
        Assert.Equal("100", (string?)await chain.Ledger.ExecuteAsync("SELECT convert_from(terms, 'utf8')::json->>'supply' FROM chain.sales"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task However_few_blocks_it_gives_at_once_and_one_by_one_or_not_all_of_them_are_followed(bool batches)
    {
        await using var chain = await FollowedContracts.StartAsync();
        await using var replica = await Replica.OfAsync(chain.Anvil);
        (replica.MostBlocks, replica.TakesBatches) = (2, batches);
        using var node = TestNodes.Of(replica.Url);
        for (var buyer = 2; buyer < 5; buyer++)
        {
            await chain.Contracts.BuyAsync(buyer, chain.Sale, Price);
            await chain.Anvil.MineAsync(3);
        }

        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1, node: node));
        var events = await chain.EventsAsync();
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        Assert.Equal(3, events.Count(static t => t == "ticket-bought"));
        Assert.Equal(events, await chain.EventsAsync());
    }

    private static async Task LagsAsync(Func<Task> step)
    {
        var problem = await Assert.ThrowsAsync<ChainException>(step);
        Assert.Contains("the node is behind", problem.Detail, StringComparison.Ordinal);
    }
}
