using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;

namespace LiveLedger.Benchmarks.Licences;

/// <summary>
/// Licences over HTTP, each first one in the ledger before it is answered, against the single appends of the same run; a crowd that
/// comes within a minute; and how many playbacks a server's renewals bear.
/// </summary>
internal static class LicenceBenchmark
{
    private const int Clients = 64;
    private const int Runs = 3;

    private static readonly int s_crowd = int.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_VIEWERS") ?? "20000", CultureInfo.InvariantCulture);
    private static readonly TimeSpan s_run = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_SECONDS") ?? "10", CultureInfo.InvariantCulture));
    private static readonly TimeSpan s_arrival = TimeSpan.FromSeconds(60);

    public static async Task<BenchmarkReport> RunAsync()
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        var setup = Stopwatch.StartNew();
        await using var crowd = await LicenceCrowd.StartAsync(free: 200, counted: s_crowd);
        Console.Error.WriteLine($"{s_crowd} entitlements and tokens after {setup.Elapsed.TotalSeconds:0} s");
        await using var ledger = await TestLedger.StartAsync();

        // In turn, so that drift of the machine favours neither. The first pair is warm-up.
        var (appends, licences) = (new List<double>(), new List<double>());
        for (var run = 0; run <= Runs; run++)
        {
            var (append, licence) = (await AppendsAsync(ledger), await LicencesAsync(crowd));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pair {run}: {append:0} appends/s, {licence:0} licences/s"));
            if (run > 0)
            {
                appends.Add(append);
                licences.Add(licence);
            }
        }

        var rate = Median(licences);
        var half = await SteadyAsync(crowd, rate / 2);
        var (worst, refused) = await FlashAsync(crowd);
        var ((answered, renewals), beats) = (await RenewalsAsync(crowd), await BeatsAsync(crowd));
        var conditions = new Dictionary<string, string>
        {
            ["postgresql"] = (string)(await ledger.ExecuteAsync("SHOW server_version"))!,
            ["fsync"] = (string)(await ledger.ExecuteAsync("SHOW fsync"))!,
            ["cores"] = $"{Environment.ProcessorCount}, shared by load generator, server and PostgreSQL; load when it began: {load}",
            ["licences"] = $"POST /v1/licences over HTTP, each a new playback under the open offer, its decision stored in the ledger before it is answered; {Clients} clients, median of {Runs} runs of {s_run.TotalSeconds:0.#} s",
            ["appends"] = $"single appends of 300 bytes to streams of their own from {Clients} tasks, no HTTP, in turn with the licences",
            ["latency"] = "on a clock at half the rate reached, counted from the time due",
            ["flash crowd"] = $"{s_crowd} viewers with an offer of 2 playbacks come within {s_arrival.TotalSeconds:0} s, each by a first licence",
            ["renewals"] = $"licences of open playbacks, answered (spooled) and counted until all of them are in the ledger; viewers ask in the last quarter of a period; heartbeats under the open offer, which write nothing",
        };
        return new("licence", conditions,
        [
            Measure.Info("appends", Median(appends), "appends/s"),
            Measure.AtLeast("licences", rate, "licences/s", 2_000),
            Measure.AtLeast("licences-of-appends", Median(licences.Zip(appends, static (l, a) => l / a)), "ratio", 0.5),
            Measure.Info("licence-p50-at-half", Percentile(half, 50), "ms"),
            Measure.AtMost("licence-p99-at-half", Percentile(half, 99), "ms", 25),
            Measure.AtMost("crowd-refused", refused, "viewers", 0),
            Measure.Info("crowd-p99", Percentile(worst, 99), "ms"),
            Measure.AtMost("crowd-slowest", worst.Max(), "ms", 1_000),
            Measure.Info("renewals", renewals, "renewals/s"),
            Measure.Info("renewals-answered", answered, "renewals/s"),
            Measure.Info("heartbeats", beats, "heartbeats/s"),
            Measure.Info("viewers-at-10-s", Viewers(10, answered, renewals, beats), "viewers"),
            Measure.Info("viewers-at-60-s", Viewers(60, answered, renewals, beats), "viewers"),
            Measure.Info("viewers-at-whole", beats * 30, "viewers"),
        ]);
    }

    // Our page asks in the last quarter of a period, half a minute at most, and gives a sign of life each 30 s: the quarter must do for the answers, the
    // whole period for the ledger.
    private static double Viewers(double period, double answered, double stored, double beats) =>
        Math.Min(answered * Math.Min(period / 4, 30), 1 / (1 / (stored * period) + 1 / (beats * 30)));

    private static async Task<double> AppendsAsync(TestLedger ledger)
    {
        await ledger.ExecuteAsync("CHECKPOINT");
        var payload = new byte[300];
        payload.AsSpan().Fill((byte)' ');
        "{}"u8.CopyTo(payload);
        return await ClosedAsync(async client =>
        {
            await ledger.Events.AppendAsync(new($"bench/{Guid.CreateVersion7():n}"), ExpectedVersion.NoStream, [new(Guid.CreateVersion7(), "bench-happened", 1, payload, "system")]);
        });
    }

    private static Task<double> LicencesAsync(LicenceCrowd crowd) => ClosedAsync(async client => Granted((await crowd.OpenAsync(crowd.Free[client % crowd.Free.Count])).Status));

    private static async Task<double[]> SteadyAsync(LicenceCrowd crowd, double rate)
    {
        var count = (int)(rate * s_run.TotalSeconds);
        return await OnTheClockAsync(count, rate, async n => Granted((await crowd.OpenAsync(crowd.Free[n % crowd.Free.Count])).Status));
    }

    private static async Task<(double[] Times, int Refused)> FlashAsync(LicenceCrowd crowd)
    {
        var refused = 0;
        var times = await OnTheClockAsync(crowd.Counted.Count, crowd.Counted.Count / s_arrival.TotalSeconds, async n =>
        {
            if ((await crowd.OpenAsync(crowd.Counted[n])).Status != HttpStatusCode.OK)
            {
                Interlocked.Increment(ref refused);
            }
        });
        return (times, refused);
    }

    private static async Task<(double Answered, double Stored)> RenewalsAsync(LicenceCrowd crowd)
    {
        var names = Enumerable.Range(0, crowd.Free.Count).Select(static _ => System.Buffers.Text.Base64Url.EncodeToString(Guid.NewGuid().ToByteArray())).ToArray();
        foreach (var (token, name) in crowd.Free.Zip(names))
        {
            Granted((await crowd.AskAsync(token, name)).Status);
        }

        await crowd.UntilDeliveredAsync();
        var watch = Stopwatch.StartNew();
        var next = 0;
        var rate = await ClosedAsync(async _ =>
        {
            var n = Interlocked.Increment(ref next) % names.Length;
            Granted((await crowd.AskAsync(crowd.Free[n], names[n])).Status);
        });
        var count = rate * watch.Elapsed.TotalSeconds;
        await crowd.UntilDeliveredAsync();
        return (rate, count / watch.Elapsed.TotalSeconds);
    }

    private static async Task<double> BeatsAsync(LicenceCrowd crowd)
    {
        var playbacks = new List<string>();
        foreach (var token in crowd.Free)
        {
            playbacks.Add((await crowd.OpenAsync(token)).Playback!);
        }

        var next = 0;
        return await ClosedAsync(async _ =>
        {
            var n = Interlocked.Increment(ref next) % playbacks.Count;
            Granted(await crowd.BeatAsync(crowd.Free[n], playbacks[n]));
        });
    }

    private static void Granted(HttpStatusCode status)
    {
        if (status != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"wrongly refused: {(int)status}");
        }
    }

    // Each client asks again when it is answered.
    private static async Task<double> ClosedAsync(Func<int, Task> ask)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var count = 0;
            for (; watch.Elapsed < s_run; count++)
            {
                await ask(client);
            }

            return count;
        })));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    // On the clock, not after the last answer: a slow answer does not slow down the asking, and its own wait is counted in.
    private static async Task<double[]> OnTheClockAsync(int count, double rate, Func<int, Task> ask)
    {
        var times = new ConcurrentBag<double>();
        var asked = new List<Task>(count);
        var start = Stopwatch.GetTimestamp();
        for (var n = 0; n < count;)
        {
            for (var due = Math.Min(count, (int)(Stopwatch.GetElapsedTime(start).TotalSeconds * rate) + 1); n < due; n++)
            {
                asked.Add(TimedAsync(n));
            }

            await Task.Delay(1);
        }

        await Task.WhenAll(asked);
        return [.. times.Order()];

        async Task TimedAsync(int n)
        {
            var due = start + (long)(n / rate * Stopwatch.Frequency);
            await Task.Yield();
            await ask(n);
            times.Add(Stopwatch.GetElapsedTime(due).TotalMilliseconds);
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;

    private static double Percentile(double[] sorted, int percent) => sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];
}
