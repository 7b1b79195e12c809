using System.Diagnostics;
using System.Globalization;
using LiveLedger.Anchoring.Following;

namespace LiveLedger.Anchoring.Tests.Following;

/// <summary>
/// A platform that was away for a while: a day of a chain in the run, two weeks (100,000 blocks, which a local node takes a quarter of an hour to make) with
/// LIVELEDGER_CHAIN_BLOCKS=100000.
/// </summary>
public sealed class A_long_chain_is_caught_up
{
    private const int Step = 500;

    private static readonly int s_blocks = int.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_CHAIN_BLOCKS") ?? "6000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Its_blocks_are_followed_with_progress_and_nothing_of_them_is_missed()
    {
        // Without the old states, which nobody asks for here, a block is made in a fifth of the time.
        await using var chain = await FollowedContracts.StartAsync("--prune-history", "16");
        await chain.Contracts.BuyAsync(2, chain.Sale, 1_000_000);
        await MineAsync(chain, s_blocks / 2);
        await chain.Contracts.BuyAsync(3, chain.Sale, 1_000_000);
        await MineAsync(chain, s_blocks / 2);
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
        Assert.True(followed.Count >= s_blocks / 5000, $"{followed.Count} steps");
        Assert.Equal(followed.Select(static p => p.Followed).Order(), followed.Select(static p => p.Followed));
        Assert.True(followed[^1].Followed > (ulong)s_blocks);
        Assert.Equal(3, (await chain.EventsAsync()).Count(static t => t == "ticket-bought"));
        TestContext.Current.TestOutputHelper!.WriteLine($"{s_blocks} blocks in {begun.Elapsed.TotalSeconds:0.0} s, {followed.Count} steps");
        Assert.True(begun.Elapsed < TimeSpan.FromMilliseconds(10) * s_blocks, $"{begun.Elapsed}");
    }

    private static async Task MineAsync(FollowedContracts chain, int blocks)
    {
        for (var mined = 0; mined < blocks; mined += Step)
        {
            await chain.Anvil.MineAsync(Step);
        }
    }
}
