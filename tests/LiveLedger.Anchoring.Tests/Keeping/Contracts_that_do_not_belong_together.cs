using System.Diagnostics;
using LiveLedger.Anchoring.Keeping;
using LiveLedger.Anchoring.Settings;
using LiveLedger.ChainNodes;
using LiveLedger.ChainNodes.Tests;

namespace LiveLedger.Anchoring.Tests.Keeping;

/// <summary>A wrong address in the settings: on a chain every transaction to it goes well, and does nothing.</summary>
public sealed class Contracts_that_do_not_belong_together
{
    [Fact]
    public async Task Are_named_and_nothing_of_them_is_followed()
    {
        await using var kept = await KeptSales.StartAsync();
        var (deployment, nobody) = (kept.Settings.Deployment, kept.Chain.Anvil.Account(5));
        foreach (var (settings, says) in (IEnumerable<(ChainSettings, string)>)
        [
            (kept.Settings with { Account = nobody }, $"the registrar of BroadcastOwnership is {kept.Settings.Account.ToChecksumText()}, not {nobody.ToChecksumText()}"),
            (kept.Settings with { Deployment = deployment with { Tickets = nobody } }, "the BroadcastOwnership of Tickets is none"),
            (kept.Settings with { Deployment = deployment with { Anchor = nobody } }, "the CheckpointAnchor of Tickets is"),
            (kept.Settings with { Deployment = deployment with { Tickets = deployment.Anchor } }, "the CheckpointAnchor of Tickets is none"),
        ])
        {
            var status = new ChainStatus(TimeProvider.System);
            using var keeper = kept.Keeper(status, settings);
            await keeper.StartAsync(default);
            for (var waiting = Stopwatch.StartNew(); status.Problem is null && status.Progress is null; await Task.Delay(50))
            {
                Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(10), "nothing is said");
            }

            await keeper.StopAsync(default);
            Assert.Null(status.Progress);
            Assert.Equal(ChainException.ContractsUnfit, status.Problem!.Value.Code);
            Assert.Contains(says, status.Problem.Value.Detail, StringComparison.Ordinal);
        }
    }
}
