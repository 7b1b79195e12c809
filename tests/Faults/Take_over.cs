using System.Diagnostics;
using LiveLedger.Faults.Nodes;

namespace LiveLedger.Faults;

/// <summary>
/// Three processes on one log, and the one that leads is lost in every way there is. Measured from then to the index of an event that was appended
/// afterwards; what the lost one does when it comes back harms nothing.
/// </summary>
public sealed class Take_over
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_killed_leader_is_replaced_within_five_seconds()
    {
        await using var three = await Three.StartAsync();
        await three.Leader.KillAsync();
        await three.NextEventWithinAsync(s_limit);
        await three.CheckAsync();
    }

    // Several times: where it is frozen is chance, and one that was frozen leads again later.
    [Fact]
    public async Task A_frozen_leader_is_replaced_within_five_seconds_and_does_no_harm_when_it_goes_on()
    {
        await using var three = await Three.StartAsync();
        for (var turn = 0; turn < 3; turn++)
        {
            var frozen = three.Leader;
            await Task.Delay(Random.Shared.Next(300));
            frozen.Freeze();
            await three.NextEventWithinAsync(s_limit, except: frozen);
            frozen.Thaw();
            await three.UntilOneLeadsAsync();
            await three.CheckAsync();
        }
    }

    [Fact]
    public async Task A_leader_whose_network_is_cut_without_a_word_is_replaced_within_five_seconds_and_comes_back()
    {
        await using var three = await Three.StartAsync();
        var lost = three.Leader;
        three.NetworkOf(lost).Cut();
        await three.NextEventWithinAsync(s_limit, except: lost);
        three.NetworkOf(lost).Mend();

        // Its old connections lead nowhere for ever; it has to give them up by itself.
        var waiting = Stopwatch.StartNew();
        while (await lost.TryAppendAsync("take-over/back", [Guid.CreateVersion7()], new CancellationTokenSource(TimeSpan.FromSeconds(2)).Token) is null)
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(60), "it does not come back");
        }

        await three.CheckAsync();
    }

    // The worst moment: it holds the lock of the checkpoint file. Others sequence, and nobody signs, until it is let go.
    [Fact]
    public async Task A_leader_frozen_while_it_replaces_the_checkpoint_delays_checkpoints_and_no_index()
    {
        await using var three = await Three.StartAsync();
        var frozen = three.Leader;
        using (await HeldAsync(frozen.Settings.CheckpointFile + ".lock"))
        {
            frozen.Freeze();
            for (var i = 0; i < 3; i++)
            {
                await three.NextEventWithinAsync(s_limit, except: frozen);
            }
        }

        frozen.Thaw();
        await three.UntilOneLeadsAsync();
        await three.CheckAsync();
    }

    // The leader has it for moments at a time.
    private static async Task<FileStream> HeldAsync(string file)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waiting.Elapsed < TimeSpan.FromSeconds(10))
            {
                await Task.Delay(1);
            }
        }
    }

    private sealed class Three : IAsyncDisposable
    {
        private readonly SharedLog _log;
        private readonly Dictionary<NodeProcess, CutNetwork> _nodes = [];
        private readonly OutsideMemory _memory;

        private Three(SharedLog log) => (_log, _memory) = (log, new(log.Key));

        public NodeProcess Leader { get; private set; } = null!;

        public static async Task<Three> StartAsync()
        {
            var three = new Three(await SharedLog.NewAsync());
            for (var i = 0; i < 3; i++)
            {
                var network = new CutNetwork(three._log.Database);
                three._nodes.Add(await three._log.StartAsync(network.Database), network);
            }

            await three.UntilOneLeadsAsync();
            await three.NextEventWithinAsync(s_limit);
            return three;
        }

        public CutNetwork NetworkOf(NodeProcess node) => _nodes[node];

        /// <summary>An event that is begun now, at whichever other node takes it, has its index in time.</summary>
        public async Task NextEventWithinAsync(TimeSpan limit, NodeProcess? except = null)
        {
            var waiting = Stopwatch.StartNew();
            var (stream, id) = ("take-over/events", Guid.CreateVersion7());
            var others = _nodes.Keys.Where(n => n != except && !n.HasEnded).ToArray();
            for (var turn = 0; ; turn++)
            {
                using var patience = new CancellationTokenSource(limit - waiting.Elapsed + TimeSpan.FromSeconds(5));
                if (await others[turn % others.Length].TryAppendAsync(stream, [id], patience.Token) is { } receipt)
                {
                    _memory.Remember(id, receipt.Indexes[0], stream, (ulong)receipt.Version);
                    break;
                }

                Assert.True(waiting.Elapsed < limit * 2, "no event gets its index");
                await Task.Delay(20);
            }

            TestContext.Current.TestOutputHelper?.WriteLine($"index after {waiting.Elapsed.TotalSeconds:F2} s");
            Assert.InRange(waiting.Elapsed, TimeSpan.Zero, limit);
            await Task.WhenAll(others.Select(n => _memory.LookAsync(n, default)));
        }

        public async Task UntilOneLeadsAsync()
        {
            var waiting = Stopwatch.StartNew();
            while (true)
            {
                NodeProcess[] leading = [.. (await Task.WhenAll(_nodes.Keys.Select(async n => (Node: n, State: await n.TryStateAsync()))))
                    .Where(n => n.State is { Leader: true }).Select(n => n.Node)];
                if (leading.Length == 1)
                {
                    Leader = leading[0];
                    return;
                }

                Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(15), $"{leading.Length} lead");
                await Task.Delay(50);
            }
        }

        /// <summary>Every node shows the whole log, with all that was ever said of it.</summary>
        public async Task CheckAsync()
        {
            foreach (var node in _nodes.Keys.Where(n => !n.HasEnded))
            {
                await _memory.HoldAgainstAsync(node);
                Assert.Null((await node.TryStateAsync())!.Halted);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var (node, network) in _nodes)
            {
                await node.DisposeAsync();
                await network.DisposeAsync();
            }
        }
    }
}
