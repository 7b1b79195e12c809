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

    private static readonly TimeSpan s_run = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_SECONDS") ?? "6", CultureInfo.InvariantCulture));
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(3);
    private static readonly byte[] s_payload = [.. "{}"u8, .. Enumerable.Repeat((byte)' ', 298)];

    public static async Task<BenchmarkReport> RunAsync()
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        await using var crowd = await PeerCrowd.StartAsync(Viewers);
        await using var ledger = await TestLedger.StartAsync();
        var (appends, admissions) = (new List<double>(), new List<double>());
        var next = 0;
        // In turn, so that drift of the machine favours neither. The first pair is warm-up.
        for (var run = 0; run <= Runs; run++)
        {
            await ledger.ExecuteAsync("CHECKPOINT");
            var append = await OfferedLoad.ClosedAsync(Clients, s_run, _ => AppendAsync(ledger));
            var admission = await OfferedLoad.ClosedAsync(Clients, s_run, _ => AdmitAsync(crowd, Interlocked.Increment(ref next)));
            await crowd.Licences.UntilFollowedAsync();
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pair {run}: {append:0} appends/s, {admission:0} admissions/s"));
            if (run > 0)
            {
                appends.Add(append);
                admissions.Add(admission);
            }
        }

        var rate = Median(admissions);
        double[] due = [.. Enumerable.Range(0, (int)(rate / 2 * (s_settle + s_run).TotalSeconds)).Select(n => n / (rate / 2))];
        var half = (await OfferedLoad.OnTheClockAsync(due, n => AdmitAsync(crowd, n))).Skip((int)(rate / 2 * s_settle.TotalSeconds)).Order().ToArray();
        var conditions = new Dictionary<string, string>
        {
            ["postgresql"] = (string)(await ledger.ExecuteAsync("SHOW server_version"))!,
            ["cores"] = $"{Environment.ProcessorCount}, shared by load generator, server and PostgreSQL; load when it began: {load}",
            ["admissions"] = $"POST /v1/admissions of {Viewers} viewers with open playbacks, each with a new proof; the event stored before the answer, several in one transaction; {Clients} clients, median of {Runs} runs of {s_run.TotalSeconds:0.#} s",
            ["appends"] = $"single appends of 300 bytes to streams of their own from {Clients} tasks, no HTTP, in turn with the admissions",
            ["latency"] = "on a clock at half the rate reached, counted from the time due, after 3 s at that rate that are not counted",
        };
        return new("admission", conditions,
        [
            Measure.Info("appends", Median(appends), "appends/s"),
            Measure.Info("admissions", rate, "admissions/s"),
            Measure.AtLeast("admissions-of-appends", Median(admissions.Zip(appends, static (a, p) => a / p)), "ratio", 0.5),
            Measure.Info("p50-at-half", Percentile(half, 50), "ms"),
            Measure.AtMost("p99-at-half", Percentile(half, 99), "ms", 20),
        ]);
    }

    private static Task AppendAsync(TestLedger ledger) => ledger.Events.AppendAsync(
        new($"bench/{Guid.CreateVersion7():n}"), ExpectedVersion.NoStream, [new(Guid.CreateVersion7(), "bench-happened", 1, s_payload, "system")]);

    private static async Task AdmitAsync(PeerCrowd crowd, int viewer) => _ = await crowd.AskAsync(viewer) ?? throw new InvalidOperationException("wrongly refused");

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;

    private static double Percentile(double[] sorted, int percent) => sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
}
