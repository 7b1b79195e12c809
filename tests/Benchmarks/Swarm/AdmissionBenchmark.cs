using System.Collections.Concurrent;
using System.Globalization;
using LiveLedger.Benchmarks.Licences;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;

namespace LiveLedger.Benchmarks.Swarm;

/// <summary>Admissions over HTTP, each proved, signed and in the ledger before it is answered, against the single appends of the same run.</summary>
internal static class AdmissionBenchmark
{
    private const int Clients = 64;
    private const int Runs = 5;
    private const int Viewers = 3000;
    private const int MostPerSecond = 4000;

    private static readonly TimeSpan s_run = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_SECONDS") ?? "6", CultureInfo.InvariantCulture));
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(2);
    private static readonly byte[] s_payload = [.. "{}"u8, .. Enumerable.Repeat((byte)' ', 298)];

    public static async Task<BenchmarkReport> RunAsync()
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        await using var crowd = await PeerCrowd.StartAsync(Viewers);
        await using var ledger = await TestLedger.StartAsync();
        using var requests = crowd.Requests();
        var postmaster = await ProcessorTimes.PostmasterAsync(crowd.Licences.Database);
        var (appends, admissions, spent, alone, half) = (new List<double>(), new List<double>(), new List<ProcessorTimes>(), new List<double[]>(), new List<double[]>());
        // In turn, so that drift of the machine favours neither. The first pair is warm-up.
        for (var run = 0; run <= Runs; run++)
        {
            var signed = new ConcurrentBag<byte[]>(requests.Sign((int)(MostPerSecond * s_run.TotalSeconds)));
            await crowd.KeepOpenAsync();
            await ledger.ExecuteAsync("CHECKPOINT");
            var append = await OfferedLoad.ClosedAsync(Clients, s_run, _ => AppendAsync(ledger));
            var before = ProcessorTimes.Now(crowd.Licences.Server, postmaster);
            var admission = await OfferedLoad.ClosedAsync(Clients, s_run, _ => requests.AdmitAsync(signed.TryTake(out var one) ? one : throw new InvalidOperationException("too few were signed")));
            await crowd.Licences.UntilFollowedAsync();
            // With what follows the log until it has come to its end.
            var each = (ProcessorTimes.Now(crowd.Licences.Server, postmaster) - before) / (admission * s_run.TotalSeconds);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pair {run}: {append:0} appends/s, {admission:0} admissions/s; {each.Generator.TotalMicroseconds:0} + {each.Server.TotalMicroseconds:0} + {each.Postgres.TotalMicroseconds:0} us"));
            if (run > 0)
            {
                appends.Add(append);
                admissions.Add(admission);
                spent.Add(each);
                // What the disk and the log alone do to one at that rate stands beside it.
                alone.Add(await SteadyAsync(admission / 2, _ => AppendAsync(ledger)));
                var atHalf = requests.Sign((int)(admission / 2 * (s_settle + s_run).TotalSeconds));
                half.Add(await SteadyAsync(admission / 2, n => requests.AdmitAsync(atHalf[n])));
                await crowd.Licences.UntilFollowedAsync();
            }
        }

        var rate = Median(admissions);
        var conditions = new Dictionary<string, string>
        {
            ["postgresql"] = (string)(await ledger.ExecuteAsync("SHOW server_version"))!,
            ["cores"] = $"{Environment.ProcessorCount}, shared by load generator, server and PostgreSQL; load when it began: {load}",
            ["admissions"] = $"POST /v1/admissions of {Viewers} viewers with open playbacks, each with a new key and a proof signed before the clock starts; the event stored before the answer, several in one transaction; {Clients} clients, median of {Runs} runs of {s_run.TotalSeconds:0.#} s",
            ["appends"] = $"single appends of 300 bytes to streams of their own from {Clients} tasks, no HTTP, in turn with the admissions",
            ["latency"] = $"on a clock at half the rate that the run before it reached, counted from the time due, after {s_settle.TotalSeconds:0} s that are not counted; median of {Runs} runs",
        };
        return new("admission", conditions,
        [
            Measure.Info("appends", Median(appends), "appends/s"),
            Measure.Info("admissions", rate, "admissions/s"),
            Measure.AtLeast("admissions-of-appends", Median(admissions.Zip(appends, static (a, p) => a / p)), "ratio", 0.5),
            Measure.Info("processor-of-generator", Median(spent.Select(static s => s.Generator.TotalMicroseconds)), "us each"),
            Measure.Info("processor-of-server", Median(spent.Select(static s => s.Server.TotalMicroseconds)), "us each"),
            Measure.Info("processor-of-postgresql", Median(spent.Select(static s => s.Postgres.TotalMicroseconds)), "us each"),
            Measure.Info("append-p50-at-that-rate", Median(alone.Select(static t => Percentile(t, 50))), "ms"),
            Measure.Info("append-p99-at-that-rate", Median(alone.Select(static t => Percentile(t, 99))), "ms"),
            Measure.Info("p50-at-half", Median(half.Select(static t => Percentile(t, 50))), "ms"),
            Measure.AtMost("p99-at-half", Median(half.Select(static t => Percentile(t, 99))), "ms", 20),
        ]);
    }

    private static Task AppendAsync(TestLedger ledger) => ledger.Events.AppendAsync(
        new($"bench/{Guid.CreateVersion7():n}"), ExpectedVersion.NoStream, [new(Guid.CreateVersion7(), "bench-happened", 1, s_payload, "system")]);

    private static async Task<double[]> SteadyAsync(double rate, Func<int, Task> ask)
    {
        double[] due = [.. Enumerable.Range(0, (int)(rate * (s_settle + s_run).TotalSeconds)).Select(n => n / rate)];
        var times = await OfferedLoad.OnTheClockAsync(due, ask);
        return [.. times.Skip((int)(rate * s_settle.TotalSeconds)).Order()];
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;

    private static double Percentile(double[] sorted, int percent) => sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
}
