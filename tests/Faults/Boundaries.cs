using LiveLedger.Faults.Nodes;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Transparency.Tiles;

namespace LiveLedger.Faults;

/// <summary>The log crosses 65,536 leaves, where a tile of the third level begins, and some boundaries of 256, while its process is killed at each step of it.</summary>
public sealed class Boundaries
{
    private const int Boundary = 65_536;

    [Fact]
    public async Task Crossing_a_boundary_of_65536_while_being_killed_leaves_every_tile_as_the_entries_give_it()
    {
        var log = await SharedLog.NewAsync();
        var memory = new OutsideMemory(log.Key);
        await using var node = await log.StartAsync();
        while (memory.Acknowledged < Boundary - 900)
        {
            var stream = $"load/first-{memory.Acknowledged}";
            Guid[] ids = [.. Enumerable.Range(0, Math.Min(1000, Boundary - 900 - memory.Acknowledged)).Select(_ => Guid.CreateVersion7())];
            var receipt = (await node.TryAppendAsync(stream, ids))!;
            for (var i = 0; i < ids.Length; i++)
            {
                memory.Remember(ids[i], receipt.Indexes[i], stream, (ulong)i);
            }
        }

        await memory.HoldAgainstAsync(node);
        await node.KillAsync();
        await using var load = new AppendLoad([node], memory, clients: 4, batch: 20);
        foreach (var step in (LedgerStep[])[LedgerStep.Sequenced, LedgerStep.StoringTiles, LedgerStep.TilesStored, LedgerStep.CheckpointWritten, LedgerStep.CheckpointRenamed])
        {
            node.Settings = node.Settings with { FailAt = step.ToString(), FailFirst = 2, FailDead = true };
            node.Launch();
            await node.WaitForEndAsync();
        }

        node.Settings = node.Settings with { FailAt = null };
        await node.StartAsync();
        await load.ProgressAsync(Math.Max(300, Boundary + 600 - memory.Acknowledged), TimeSpan.FromSeconds(60));
        await load.FinishAsync();
        Assert.Equal(memory.Acknowledged, (await memory.HoldAgainstAsync(node)).Entries.Count);
        Assert.NotEmpty(await node.Http.GetByteArrayAsync($"/log/{TilePath.Hashes(2, 0, 1)}"));
    }
}
