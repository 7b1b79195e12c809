using System.Diagnostics;
using LiveLedger.Faults.Nodes;

namespace LiveLedger.Faults;

/// <summary>Somebody sets the clocks of two processes back and forth under load. Times that were recorded go back; nothing else does, and nothing waits.</summary>
public sealed class Clock_set_back
{
    [Fact]
    public async Task Indexes_checkpoints_and_a_take_over_come_in_time_and_only_recorded_times_go_back()
    {
        var log = await SharedLog.NewAsync();
        var memory = new OutsideMemory(log.Key);
        NodeProcess[] nodes = [await log.StartAsync(), await log.StartAsync()];
        try
        {
            await using var load = new AppendLoad(nodes, memory, clients: 4, pause: TimeSpan.FromMilliseconds(10));
            await load.ProgressAsync(50, TimeSpan.FromSeconds(10));
            foreach (var days in (int[])[-1, -40, 90, -60])
            {
                foreach (var node in nodes)
                {
                    await node.StepClockAsync(TimeSpan.FromDays(days));
                    await load.ProgressAsync(50, TimeSpan.FromSeconds(5));
                }

                // Under a steady load a checkpoint follows within the interval and the time to make one.
                var (seen, waiting) = (memory.Checkpoints, Stopwatch.StartNew());
                await Until.TrueAsync(() => Task.FromResult(memory.Checkpoints > seen), "a checkpoint");
                Assert.InRange(waiting.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(3));
            }

            await load.FinishAsync();
            var leader = (await Task.WhenAll(nodes.Select(async n => (Node: n, State: await n.TryStateAsync())))).Single(n => n.State!.Leader).Node;
            var other = nodes.Single(n => n != leader);
            leader.Freeze();

            // In the middle of the patience of the one that stands by.
            await Task.Delay(1000);
            await other.StepClockAsync(TimeSpan.FromDays(-365));
            var taking = Stopwatch.StartNew();
            var id = Guid.CreateVersion7();
            AppendedBy(await other.TryAppendAsync("clock/after", [id]));
            Assert.InRange(taking.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(4));
            leader.Thaw();

            void AppendedBy(LedgerNode.AppendReceipt? receipt) => memory.Remember(id, receipt!.Indexes[0], "clock/after", (ulong)receipt.Version);

            foreach (var node in nodes)
            {
                var audited = await memory.HoldAgainstAsync(node);
                Assert.Equal(memory.Acknowledged, audited.Entries.Count);
                Assert.Contains(audited.Entries.Zip(audited.Entries.Skip(1)), pair => pair.First.RecordedAt - pair.Second.RecordedAt > TimeSpan.FromDays(30));
                Assert.Null((await node.TryStateAsync())!.Halted);
            }
        }
        finally
        {
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }
}
