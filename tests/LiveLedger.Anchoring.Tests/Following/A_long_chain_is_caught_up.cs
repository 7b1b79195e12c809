using System.Diagnostics;
using LiveLedger.Anchoring.Following;

namespace LiveLedger.Anchoring.Tests.Following;

/// <summary>A platform that was away for two weeks of a chain.</summary>
public sealed class A_long_chain_is_caught_up
{
    private const int Blocks = 100_000;

    [Fact]
    public async Task A_hundred_thousand_blocks_are_followed_with_progress_and_nothing_of_them_is_missed()
    {
        await using var chain = await FollowedContracts.StartAsync();
        await chain.Contracts.BuyAsync(2, chain.Sale, 1_000_000);
        await chain.Anvil.MineAsync(Blocks / 2);
        await chain.Contracts.BuyAsync(3, chain.Sale, 1_000_000);
        await chain.Anvil.MineAsync(Blocks / 2);
        await chain.Contracts.BuyAsync(4, chain.Sale, 1_000_000);

        var run = await chain.RunAsync(confirmations: 1);
        var followed = new List<FollowProgress>();
        var begun = Stopwatch.StartNew();
        do
        {
            followed.Add(await run.StepAsync(default));
        }
        while (!followed[^1].IsLevel);

        // Each step says how far it is, and none takes the whole.
        Assert.True(followed.Count >= 20, $"{followed.Count} steps");
        Assert.Equal(followed.Select(static p => p.Followed).Order(), followed.Select(static p => p.Followed));
        Assert.True(followed[^1].Followed > Blocks);
        Assert.Equal(3, (await chain.EventsAsync()).Count(static t => t == "ticket-bought"));
        Assert.True(begun.Elapsed < TimeSpan.FromSeconds(60), $"{begun.Elapsed}");
    }
}
