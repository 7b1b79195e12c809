using System.Diagnostics;
using System.Globalization;
using System.Net;
using LiveLedger.Benchmarks.Licences;
using LiveLedger.Harness.Chain;

namespace LiveLedger.Benchmarks.Chains;

/// <summary>
/// What a chain costs that hangs: licences at one rate, by a server without a chain and by one whose chain's node takes every question and never answers, in turn.
/// </summary>
internal static class ChainBenchmark
{
    private const int Pairs = 8;
    private const int Rate = 200;

    private static readonly TimeSpan s_run = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_SECONDS") ?? "10", CultureInfo.InvariantCulture));

    public static async Task<BenchmarkReport> RunAsync()
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        using var silent = new SilentNode();
        using var file = ChainSettingsFile.Of(silent, anchorEverySeconds: 60);
        await using var off = await LicenceCrowd.StartAsync(free: 200, counted: 0);
        await using var hung = await LicenceCrowd.StartAsync(free: 200, counted: 0, file.Environment);
        var (without, with) = (new List<double[]>(), new List<double[]>());
        var (idleOff, idleHung) = (await SpentAsync(off), await SpentAsync(hung));
        for (var pair = 0; pair <= Pairs; pair++)
        {
            // Each goes first every other time: what the one before leaves behind, in a database and on a disk that both have, meets both.
            var (one, other) = pair % 2 == 0 ? (await SteadyAsync(off), await SteadyAsync(hung)) : Swapped(await SteadyAsync(hung), await SteadyAsync(off));
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"pair {pair}: p50 {At(one, 50):0.00} and {At(other, 50):0.00} ms, p99 {At(one, 99):0.00} and {At(other, 99):0.00} ms"));
            if (pair > 0)
            {
                without.Add(one);
                with.Add(other);
            }
        }

        return new("chain", new Dictionary<string, string>
        {
            ["cores"] = $"{Environment.ProcessorCount}, shared by load generator, servers and PostgreSQL; load when it began: {load}",
            ["off"] = "a server without --chain",
            ["hung"] = "a server with --chain, whose one node takes connections and never answers; an anchor is due each minute",
            ["licences"] = $"first licences over HTTP at {Rate}/s, each decision in the ledger before it is answered, from the time due; {Pairs} pairs of {s_run.TotalSeconds:0.#} s, each first every other time, the median of their ratios",
            ["idle"] = "processor time of the server alone over 10 s, nobody asking",
        },
        [
            Measure.Info("off-p50", Median(without.Select(static t => At(t, 50))), "ms"),
            Measure.Info("hung-p50", Median(with.Select(static t => At(t, 50))), "ms"),
            Measure.Info("off-p99", Median(without.Select(static t => At(t, 99))), "ms"),
            Measure.Info("hung-p99", Median(with.Select(static t => At(t, 99))), "ms"),
            Measure.AtMost("p50-of-off", Median(with.Zip(without, static (w, o) => At(w, 50) / At(o, 50))), "ratio", 1.1),
            Measure.AtMost("p99-of-off", Median(with.Zip(without, static (w, o) => At(w, 99) / At(o, 99))), "ratio", 1.25),
            Measure.Info("idle-off", idleOff, "cores"),
            Measure.AtMost("idle-more-when-hung", idleHung - idleOff, "cores", 0.02),
        ]);
    }

    private static async Task<double[]> SteadyAsync(LicenceCrowd crowd)
    {
        await crowd.UntilFollowedAsync();
        double[] due = [.. Enumerable.Range(0, (int)(Rate * s_run.TotalSeconds)).Select(static n => (double)n / Rate)];
        var times = await OfferedLoad.OnTheClockAsync(due, async n =>
        {
            if ((await crowd.OpenAsync(crowd.Free[n % crowd.Free.Count])).Status != HttpStatusCode.OK)
            {
                throw new InvalidOperationException("a licence was refused");
            }
        });
        return [.. times.Order()];
    }

    // Cores that the server keeps busy when nobody asks.
    private static async Task<double> SpentAsync(LicenceCrowd crowd)
    {
        await Task.Delay(TimeSpan.FromSeconds(5));
        var (before, watch) = (crowd.Server.ProcessorTime, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(10));
        return (crowd.Server.ProcessorTime - before) / watch.Elapsed;
    }

    private static (double[] One, double[] Other) Swapped(double[] first, double[] second) => (second, first);

    private static double At(double[] sorted, int percent) => sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
