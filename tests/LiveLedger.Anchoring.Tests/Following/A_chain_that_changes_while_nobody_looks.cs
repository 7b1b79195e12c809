using LiveLedger.Anchoring.Following;
using LiveLedger.Anchoring.Sightings;
using LiveLedger.ChainNodes;
using LiveLedger.ChainNodes.Tests;

namespace LiveLedger.Anchoring.Tests.Following;

/// <summary>A process ends at any step, and before the next one begins the chain is another, or what it was before.</summary>
public sealed class A_chain_that_changes_while_nobody_looks
{
    private const uint Price = 1_000_000;

    [Theory]
    [InlineData(FollowStep.Dropped)]
    [InlineData(FollowStep.TakenBack)]
    internal async Task Blocks_that_come_back_after_it_ended_while_it_took_them_back_are_followed_again(FollowStep step)
    {
        await using var chain = await FollowedContracts.StartAsync();
        var before = await chain.Anvil.BlockNumberAsync();
        var ticket = await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));

        await using var replica = await Replica.OfAsync(chain.Anvil);
        using var node = TestNodes.Of(replica.Url);
        replica.BranchesAt = before;
        await EndedAsync(chain, step, node);
        replica.BranchesAt = null;
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1, node: node));
        Assert.Equal($"held {chain.Account(2)}", await chain.TicketAsync(ticket));
    }

    [Fact]
    public async Task What_was_said_before_it_ended_is_undone_if_another_block_has_its_place_by_now()
    {
        await using var chain = await FollowedContracts.StartAsync();
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        var before = await chain.EventsAsync();
        var ticket = await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        await EndedAsync(chain, FollowStep.Said, chain.Node);
        Assert.Equal($"held {chain.Account(2)}", await chain.TicketAsync(ticket));

        // In the same block, by the same numbers, somebody else buys it.
        await chain.Anvil.CallAsync("anvil_rollback", 1);
        Assert.Equal(ticket, await chain.Contracts.BuyAsync(4, chain.Sale, Price));
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        Assert.Equal([.. before, "ticket-transferred", "ticket-bought", "blocks-taken-back", "ticket-transferred", "ticket-bought"], await chain.EventsAsync());
        Assert.Equal($"held {chain.Account(4)}", await chain.TicketAsync(ticket));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_way_back_is_undone_from_its_end_a_hundred_an_event_and_may_end_in_the_middle_of_a_block(bool placeLost)
    {
        const int Tickets = 51;
        await using var chain = await FollowedContracts.StartAsync();
        var before = await chain.Anvil.BlockNumberAsync();
        for (var i = 1; i < Tickets; i++)
        {
            await chain.Contracts.BuyAsync(2, chain.Sale, Price);
        }

        await chain.Contracts.TransferAsync(2, 3, await chain.Contracts.BuyAsync(2, chain.Sale, Price));
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1));
        var said = (await chain.EventsAsync()).Count;
        await using var replica = await Replica.OfAsync(chain.Anvil);
        using var node = TestNodes.Of(replica.Url);
        replica.BranchesAt = before;
        await EndedAsync(chain, FollowStep.TakenBack, node);
        Assert.Equal(Enumerable.Range(said - 100, 100).Select(static v => (long)v), (await UndoneAsync(chain, said)).Single());
        if (placeLost)
        {
            await chain.Ledger.ExecuteAsync("DELETE FROM anchoring.blocks");
        }

        // The second ticket's transfer stands, and its purchase in the same block does not.
        replica.BranchesAt = null;
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1, node: node));
        Assert.Equal((50L, 1L), (await HeldAsync(chain, 2), await HeldAsync(chain, 3)));

        replica.BranchesAt = before;
        said = (await chain.EventsAsync()).Count;
        await FollowedContracts.LevelAsync(await chain.RunAsync(confirmations: 1, node: node));
        Assert.Equal([100, 3], (await UndoneAsync(chain, said)).Select(static u => u.Count));
        Assert.Equal(0L, await chain.Ledger.ExecuteAsync("SELECT count(*) FROM chain.tickets"));
    }

    private static async Task<long> HeldAsync(FollowedContracts chain, int account) =>
        (long)(await chain.Ledger.ExecuteAsync($"SELECT count(*) FROM chain.tickets WHERE holder = '{chain.Account(account)}'"))!;

    private static async Task EndedAsync(FollowedContracts chain, FollowStep step, ChainNode node)
    {
        var ended = await chain.RunAsync(confirmations: 1, reached => _ = reached == step ? throw new OperationCanceledException("killed") : 0, node);
        await Assert.ThrowsAsync<OperationCanceledException>(() => FollowedContracts.LevelAsync(ended));
    }

    private static async Task<IReadOnlyList<IReadOnlyList<long>>> UndoneAsync(FollowedContracts chain, long from) => await chain.Ledger.Events.ReadStreamAsync(chain.Deployment.Stream, from)
        .Where(static e => e.Type == SightingEvents.TakenBackType).Select(static e => SightingEvents.ReadTakenBack(e.PayloadJson.Span).Undone).ToListAsync();
}
