using System.Globalization;
using System.Net.WebSockets;
using LiveLedger.Benchmarks.Licences;

namespace LiveLedger.Benchmarks.Swarm;

/// <summary>Ten thousand peers in one room: what each costs the server in memory, and how long it takes to get in while the others come.</summary>
internal static class TrackerBenchmark
{
    private static readonly int s_peers = int.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_PEERS") ?? "10000", CultureInfo.InvariantCulture);
    private static readonly double s_rate = double.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_RATE") ?? "200", CultureInfo.InvariantCulture);

    public static async Task<BenchmarkReport> RunAsync()
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        await using var crowd = await PeerCrowd.StartAsync(s_peers);
        var admissions = new string[s_peers];
        await Parallel.ForAsync(0, s_peers, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (n, _) => admissions[n] = await crowd.AskAsync(n) ?? throw new InvalidOperationException("wrongly refused"));
        await crowd.Licences.UntilFollowedAsync();
        Console.Error.WriteLine($"{s_peers} peers are admitted");
        // Started again: what the admissions left of its heap would hide what the peers cost. And what the first joins compile is no peer's memory.
        await crowd.Licences.Server.StopAsync();
        await crowd.Licences.Server.StartAgainAsync();
        await AlternateAsync(crowd, admissions[0]);
        var before = await SettledAsync(crowd);
        var spent = crowd.Licences.Server.ProcessorTime;

        var sockets = new ClientWebSocket[s_peers];
        var drained = new Task[s_peers];
        double[] due = [.. Enumerable.Range(0, s_peers).Select(static n => n / s_rate)];
        var times = await OfferedLoad.OnTheClockAsync(due, async n =>
        {
            sockets[n] = await crowd.JoinAsync(admissions[n]);
            drained[n] = PeerCrowd.DrainAsync(sockets[n]);
        });
        var processor = (crowd.Licences.Server.ProcessorTime - spent).TotalMilliseconds / s_peers;
        var after = await SettledAsync(crowd);
        var open = sockets.Count(static s => s.State == WebSocketState.Open);
        foreach (var socket in sockets)
        {
            socket.Abort();
        }

        await Task.WhenAll(drained);
        var sorted = times.Order().ToArray();
        var each = (after - before) / (double)s_peers / 1024;
        var conditions = new Dictionary<string, string>
        {
            ["cores"] = $"{Environment.ProcessorCount}, shared by load generator, server and PostgreSQL; load when it began: {load}",
            ["peers"] = $"{s_peers} plain WebSockets in one room, each of another entitlement, joining at {s_rate}/s on a clock, from another process; introduced to up to 16 others each, and told of them",
            ["memory"] = "resident memory of the server's process with all of them there less that before the first, of a server started for it and warmed by 200 joins, both once it had stopped to change",
            ["join"] = "from when it was due: TCP, the upgrade, challenge, proof, and being taken in",
        };
        return new("tracker", conditions,
        [
            Measure.AtLeast("joined", open, "sockets", s_peers),
            Measure.AtMost("memory-each", each, "KiB", 24),
            Measure.Info("join-p50", sorted[sorted.Length / 2], "ms"),
            Measure.AtMost("join-p99", sorted[sorted.Length * 99 / 100], "ms", 100),
            Measure.Info("processor-each-join", processor, "ms"),
            Measure.Info("memory-at-100k", each * 100_000 / 1024 / 1024, "GiB"),
        ]);
    }

    private static async Task AlternateAsync(PeerCrowd crowd, string admission)
    {
        for (var n = 0; n < 200; n++)
        {
            using var socket = await crowd.JoinAsync(admission);
            socket.Abort();
        }
    }

    private static async Task<long> SettledAsync(PeerCrowd crowd)
    {
        long last = 0;
        for (var same = 0; same < 5; await Task.Delay(1000))
        {
            var now = crowd.Licences.Server.ResidentMemory;
            same = Math.Abs(now - last) < 1 << 20 ? same + 1 : 0;
            last = now;
        }

        return last;
    }
}
