using System.Diagnostics;
using System.Text;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Snapshots;

namespace LiveLedger.Benchmarks.Ledgers;

/// <summary>Loading a long stream: all of its events, and a kept state with the events behind it.</summary>
internal static class FoldLoad
{
    private const int Long = 20_000;
    private const int Behind = 100;
    private const int Loads = 9;

    /// <summary>How it was measured.</summary>
    public static string Conditions => $"a stream of {Long} events of 300 bytes, and {Behind} behind the kept state; median of {Loads} loads";

    /// <summary>Milliseconds of a load without and with a kept state.</summary>
    public static async Task<IReadOnlyList<Measure>> RunAsync(TestLedger ledger)
    {
        var stream = new StreamName("bench/long");
        await AppendAsync(ledger, stream, 0, Long);
        var snapshots = new SnapshotStore(ledger.Database, ledger.Events);
        var events = await MedianAsync(snapshots, stream, Count(every: int.MaxValue));
        await snapshots.LoadAsync(stream, Count(every: 1000));
        await AppendAsync(ledger, stream, Long, Behind);
        var kept = await MedianAsync(snapshots, stream, Count(every: 1000));
        return [Measure.Info("load-stream-from-events", events, "ms"), Measure.Info("load-stream-from-snapshot", kept, "ms")];
    }

    private static async Task<double> MedianAsync(SnapshotStore snapshots, StreamName stream, StreamFold<long> fold)
    {
        var times = new List<double>();
        for (var load = 0; load < Loads; load++)
        {
            var watch = Stopwatch.StartNew();
            await snapshots.LoadAsync(stream, fold);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        return times[Loads / 2];
    }

    private static StreamFold<long> Count(int every) => new()
    {
        Name = "count",
        Version = 1,
        Empty = static () => 0,
        Apply = static (count, e) => count + e.PayloadJson.Length,
        Write = static count => BitConverter.GetBytes(count),
        Read = static bytes => BitConverter.ToInt64(bytes.Span),
        Every = every,
    };

    private static async Task AppendAsync(TestLedger ledger, StreamName stream, int from, int count)
    {
        var payload = Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 289)}}"}""");
        for (var done = 0; done < count; done += 100)
        {
            var events = Enumerable.Range(0, 100).Select(_ => new NewEvent(Guid.CreateVersion7(), "bench-happened", 1, payload, "system")).ToArray();
            await ledger.Events.AppendAsync(stream, ExpectedVersion.Exactly(from + done - 1), events);
        }
    }
}
