using System.Collections.Concurrent;
using System.Diagnostics;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;

namespace LiveLedger.Benchmarks.Ledgers;

/// <summary>What the ledger bears: events a second in batches, and the time to an index at a steady rate.</summary>
internal static class LedgerLoad
{
    private const int BatchEvents = 100;
    private const int BatchClients = 4;
    private const double BatchGoal = 60_000;
    private const int SteadyRate = 5_000;
    private const int SteadyClients = 512;
    private const double LatencyGoal = 50;

    private static readonly TimeSpan s_batchRun = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan s_steadyRun = TimeSpan.FromSeconds(20);

    /// <summary>Both, on a ledger of their own.</summary>
    public static async Task<BenchmarkReport> RunAsync()
    {
        await using var ledger = await TestLedger.StartAsync();
        var conditions = new Dictionary<string, string>
        {
            ["postgresql"] = (string)(await ledger.ExecuteAsync("SHOW server_version"))!,
            ["fsync"] = (string)(await ledger.ExecuteAsync("SHOW fsync"))!,
            ["synchronous_commit"] = (string)(await ledger.ExecuteAsync("SHOW synchronous_commit"))!,
            ["cores"] = $"{Environment.ProcessorCount}, shared by clients, sequencer and PostgreSQL",
            ["batches"] = $"{BatchEvents} events of 300 bytes in an append, {BatchClients} clients, each its own stream; counted until all are under a signed checkpoint; median of 5 runs of {s_batchRun.TotalSeconds:0} s",
            ["latency"] = $"{SteadyRate} single appends a second asked for by a clock, {SteadyClients} streams, {s_steadyRun.TotalSeconds:0} s; from the time due to the index in the caller's hand",
            ["loads"] = FoldLoad.Conditions,
        };

        // The latency first: the batches leave millions of rows that autovacuum goes through for minutes.
        return new("ledger-load", conditions, [.. await IndexLatencyAsync(ledger), .. await BatchesAsync(ledger), .. await FoldLoad.RunAsync(ledger)]);
    }

    /// <summary>Events a second in appends of 100, sequenced, hashed and under a checkpoint when the clock stops.</summary>
    private static async Task<IReadOnlyList<Measure>> BatchesAsync(TestLedger ledger)
    {
        await BatchRunAsync(ledger);
        var rates = new List<double>();
        for (var run = 0; run < 5; run++)
        {
            rates.Add(await BatchRunAsync(ledger));
        }

        rates.Sort();
        return [Measure.AtLeast("events-in-batches-of-100", rates[rates.Count / 2], "events/s", BatchGoal)];
    }

    /// <summary>Milliseconds from the call of an append to its index, at 5,000 a second.</summary>
    private static async Task<IReadOnlyList<Measure>> IndexLatencyAsync(TestLedger ledger)
    {
        // Connections, plans and compiled code first: a backlog from the first second takes ten to go.
        await SteadyAsync(ledger, s_steadyRun);

        // A database that has run for a while writes to WAL files that it has used before.
        await ledger.ExecuteAsync("CHECKPOINT");
        var (times, rate) = await SteadyAsync(ledger, s_steadyRun);
        var sorted = times.Order().ToArray();
        return
        [
            Measure.AtLeast("append-to-index-rate", rate, "appends/s", SteadyRate * 0.98),
            Measure.Info("append-to-index-p50", sorted[sorted.Length / 2], "ms"),
            Measure.AtMost("append-to-index-p99", sorted[sorted.Length * 99 / 100], "ms", LatencyGoal),
        ];
    }

    private static async Task<(ConcurrentBag<double> Times, double Rate)> SteadyAsync(TestLedger ledger, TimeSpan length)
    {
        var times = new ConcurrentBag<double>();
        var start = Stopwatch.GetTimestamp() + Stopwatch.Frequency / 10;
        var each = (double)Stopwatch.Frequency * SteadyClients / SteadyRate;
        var count = (int)(length.TotalSeconds * SteadyRate / SteadyClients);
        await Task.WhenAll(Enumerable.Range(0, SteadyClients).Select(client => Task.Run(async () =>
        {
            var stream = new StreamName($"bench/{Guid.CreateVersion7():n}");
            for (var i = 0; i < count; i++)
            {
                // On the clock, not after the last answer: a slow append does not slow down the asking, and its own wait is counted in.
                var due = start + (long)(each * (i + (double)client / SteadyClients));
                var early = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
                if (early > TimeSpan.Zero)
                {
                    await Task.Delay(early);
                }

                await ledger.Events.AppendAndSequenceAsync(stream, ExpectedVersion.Exactly(i - 1), [Event()]);
                times.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
            }
        })));

        return (times, times.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static async Task<double> BatchRunAsync(TestLedger ledger)
    {
        await ledger.ExecuteAsync("CHECKPOINT");
        var before = (int)ledger.Log.Head().Size.Value;
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, BatchClients).Select(_ => Task.Run(async () =>
        {
            var stream = new StreamName($"bench/{Guid.CreateVersion7():n}");
            var count = 0;
            while (watch.Elapsed < s_batchRun)
            {
                var result = await ledger.Events.AppendAsync(stream, ExpectedVersion.Exactly(count - 1), [.. Enumerable.Range(0, BatchEvents).Select(static _ => Event())]);
                if (result.Outcome != AppendOutcome.Appended)
                {
                    throw new InvalidOperationException("nobody else appends to this stream");
                }

                count += BatchEvents;
            }

            return count;
        })));
        await ledger.UntilPublishedAsync(before + counts.Sum());
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    private static NewEvent Event()
    {
        var payload = new byte[300];
        payload.AsSpan().Fill((byte)' ');
        "{}"u8.CopyTo(payload);
        return new(Guid.CreateVersion7(), "bench-happened", 1, payload, "system");
    }
}
