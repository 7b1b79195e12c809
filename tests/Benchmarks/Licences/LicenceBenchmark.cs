using System.Diagnostics;
using System.Globalization;
using System.Net;
using LiveLedger.Harness.Commands;
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
    private const int Lines = 1000;

    private static readonly int s_crowd = int.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_VIEWERS") ?? "20000", CultureInfo.InvariantCulture);
    private static readonly int s_file = 5 * s_crowd;
    // Four runs of new playbacks, and no more at once than a server keeps open (OpenPlaybacks).
    private static readonly TimeSpan s_run = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_SECONDS") ?? "6", CultureInfo.InvariantCulture));
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_arrival = TimeSpan.FromSeconds(60);

    private static readonly byte[] s_payload = [.. "{}"u8, .. Enumerable.Repeat((byte)' ', 298)];

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
        // What the server has taken more of than the log and its readers could follow is not what half the rate leaves.
        var behind = Stopwatch.StartNew();
        await crowd.UntilFollowedAsync();
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the log and its readers caught up after {behind.Elapsed.TotalSeconds:0.0} s"));
        var caughtUp = behind.Elapsed.TotalSeconds;
        var half = await SteadyAsync(crowd, rate / 2);
        var plain = await SteadyAppendsAsync(ledger, rate / 2);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"at {rate / 2:0}/s: licences p50 {Percentile(half, 50):0.0} ms, p99 {Percentile(half, 99):0.0} ms; appends p50 {Percentile(plain, 50):0.0} ms, p99 {Percentile(plain, 99):0.0} ms"));
        await crowd.UntilFollowedAsync();
        var flash = await FlashAsync(crowd);
        await crowd.UntilFollowedAsync();
        var ((answered, renewals), beats) = (await RenewalsAsync(crowd), await BeatsAsync(crowd));
        var lines = await LinesAsync(crowd);
        var (grants, rotated) = (await GrantsAsync(crowd), await RotatedAsync(crowd));
        var conditions = new Dictionary<string, string>
        {
            ["postgresql"] = (string)(await ledger.ExecuteAsync("SHOW server_version"))!,
            ["fsync"] = (string)(await ledger.ExecuteAsync("SHOW fsync"))!,
            ["cores"] = $"{Environment.ProcessorCount}, shared by load generator, server and PostgreSQL; load when it began: {load}",
            ["licences"] = $"POST /v1/licences over HTTP, each a new playback under the open offer, its decision stored in the ledger before it is answered; {Clients} clients, median of {Runs} runs of {s_run.TotalSeconds:0.#} s",
            ["appends"] = $"single appends of 300 bytes to streams of their own from {Clients} tasks, no HTTP, in turn with the licences",
            ["latency"] = "on a clock at half the rate reached, counted from the time due, after the log and its readers had caught up with the runs before, and after 3 s at that rate that are not counted; and single appends at the same rate",
            ["flash crowd"] = $"{s_crowd} viewers with an offer of 2 playbacks come within {s_arrival.TotalSeconds:0} s, each by a first licence; who has come by {s_arrival.TotalSeconds * 0.75:0} s asks for the next period's key in the last {s_arrival.TotalSeconds / 4:0} s",
            ["lines"] = $"{Lines} lines for word of a playback's end held open, nothing happening",
            ["bulk"] = $"a file of {s_file} grants to as many new viewers, until the last is in the ledger; keys rotate: the key-encryption key of {s_file + s_crowd} viewers' keys changed under the running server",
            ["renewals"] = $"licences of open playbacks, answered (spooled) and counted until all of them are in the ledger; viewers ask in the last quarter of a period; heartbeats under the open offer, which write nothing",
        };
        return new("licence", conditions,
        [
            Measure.Info("appends", Median(appends), "appends/s"),
            Measure.AtLeast("licences", rate, "licences/s", 2_000),
            Measure.AtLeast("licences-of-appends", Median(licences.Zip(appends, static (l, a) => l / a)), "ratio", 0.5),
            Measure.Info("licence-p50-at-half", Percentile(half, 50), "ms"),
            Measure.AtMost("licence-p99-at-half", Percentile(half, 99), "ms", 25),
            Measure.Info("append-p50-at-that", Percentile(plain, 50), "ms"),
            Measure.Info("append-p99-at-that", Percentile(plain, 99), "ms"),
            Measure.Info("caught-up-after", caughtUp, "s"),
            Measure.AtMost("crowd-refused", flash.Refused, "answers", 0),
            Measure.Info("crowd-first-p99", Percentile(flash.First, 99), "ms"),
            Measure.Info("crowd-next-p99", Percentile(flash.Next, 99), "ms"),
            Measure.AtMost("crowd-slowest", flash.First.Concat(flash.Next).Max(), "ms", 1_000),
            Measure.Info("renewals", renewals, "renewals/s"),
            Measure.Info("renewals-answered", answered, "renewals/s"),
            Measure.Info("heartbeats", beats, "heartbeats/s"),
            Measure.Info("processor-for-1000-lines", lines * 1000, "cores"),
            Measure.Info("bulk-grants", grants, "grants/s"),
            Measure.Info("keys-rotated-after", rotated, "s"),
            Measure.Info("viewers-at-10-s", Viewers(10, answered, renewals, beats, lines), "viewers"),
            Measure.Info("viewers-at-60-s", Viewers(60, answered, renewals, beats, lines), "viewers"),
            Measure.Info("viewers-at-whole", Viewers(double.PositiveInfinity, answered, renewals, beats, lines), "viewers"),
        ]);
    }

    // Our page asks in the last quarter of a period, half a minute at most, gives a sign of life each 30 s and holds a line: the quarter must do for the answers,
    // the whole period for the ledger.
    private static double Viewers(double period, double answered, double stored, double beats, double line) =>
        Math.Min(answered * Math.Min(period / 4, 30), 1 / (1 / (stored * period) + 1 / (beats * 30) + line / Environment.ProcessorCount));

    private static async Task<double> AppendsAsync(TestLedger ledger)
    {
        await ledger.ExecuteAsync("CHECKPOINT");
        return await OfferedLoad.ClosedAsync(Clients, s_run, _ => AppendAsync(ledger));
    }

    // What the disk and the log alone do to one at that rate.
    private static Task<double[]> SteadyAppendsAsync(TestLedger ledger, double rate) => SteadyAsync(rate, _ => AppendAsync(ledger));

    private static Task AppendAsync(TestLedger ledger) => ledger.Events.AppendAsync(
        new($"bench/{Guid.CreateVersion7():n}"), ExpectedVersion.NoStream, [new(Guid.CreateVersion7(), "bench-happened", 1, s_payload, "system")]);

    private static Task<double> LicencesAsync(LicenceCrowd crowd) => OfferedLoad.ClosedAsync(Clients, s_run, async client => Granted((await crowd.OpenAsync(crowd.Free[client % crowd.Free.Count])).Status));

    private static Task<double[]> SteadyAsync(LicenceCrowd crowd, double rate) =>
        SteadyAsync(rate, async n => Granted((await crowd.OpenAsync(crowd.Free[n % crowd.Free.Count])).Status));

    // Not counted at first: what the runs before left to compile is compiled as soon as there is time, and for a second or two takes a third of a core.
    private static async Task<double[]> SteadyAsync(double rate, Func<int, Task> ask)
    {
        double[] due = [.. Enumerable.Range(0, (int)(rate * (s_settle + s_run).TotalSeconds)).Select(n => n / rate)];
        var times = await OfferedLoad.OnTheClockAsync(due, ask);
        return [.. times.Skip((int)(rate * s_settle.TotalSeconds)).Order()];
    }

    // Who has come by then asks for the next period's key in the last quarter of this one, while the others still come.
    private static async Task<Flash> FlashAsync(LicenceCrowd crowd)
    {
        var (count, seconds) = (crowd.Counted.Count, s_arrival.TotalSeconds);
        var names = Enumerable.Range(0, count).Select(static _ => LicenceCrowd.NewName()).ToArray();
        var random = new Random(4);
        var asks = Enumerable.Range(0, count).Select(n => (Due: n * seconds / count, Viewer: n, Next: false)).ToList();
        asks.AddRange(asks.Where(a => a.Due < seconds * 0.75).ToArray().Select(a => (seconds * (0.75 + 0.25 * random.NextDouble()), a.Viewer, true)));
        asks.Sort(static (one, other) => one.Due.CompareTo(other.Due));
        var refused = 0;
        var times = await OfferedLoad.OnTheClockAsync([.. asks.Select(static a => a.Due)], async n =>
        {
            var (_, viewer, next) = asks[n];
            if ((await crowd.AskAsync(crowd.Counted[viewer], names[viewer], next)).Status != HttpStatusCode.OK)
            {
                Interlocked.Increment(ref refused);
            }
        });
        return new([.. times.Where((_, n) => !asks[n].Next).Order()], [.. times.Where((_, n) => asks[n].Next).Order()], refused);
    }

    private static async Task<(double Answered, double Stored)> RenewalsAsync(LicenceCrowd crowd)
    {
        var names = Enumerable.Range(0, crowd.Free.Count).Select(static _ => LicenceCrowd.NewName()).ToArray();
        foreach (var (token, name) in crowd.Free.Zip(names))
        {
            Granted((await crowd.AskAsync(token, name)).Status);
        }

        await crowd.UntilDeliveredAsync();
        var watch = Stopwatch.StartNew();
        var next = 0;
        var rate = await OfferedLoad.ClosedAsync(Clients, s_run, async _ =>
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
        return await OfferedLoad.ClosedAsync(Clients, s_run, async _ =>
        {
            var n = Interlocked.Increment(ref next) % playbacks.Count;
            Granted(await crowd.BeatAsync(crowd.Free[n], playbacks[n]));
        });
    }

    // A page holds one line to hear of its playback's end. What the server spends on them when nothing happens.
    private static async Task<double> LinesAsync(LicenceCrowd crowd)
    {
        var (opened, without) = (new List<Stream>(), await SpentAsync(crowd));
        for (var n = 0; n < Lines; n++)
        {
            var token = crowd.Free[n % crowd.Free.Count];
            opened.Add(await crowd.HearAsync(token, (await crowd.OpenAsync(token)).Playback!));
        }

        var held = await SpentAsync(crowd);
        foreach (var line in opened)
        {
            await line.DisposeAsync();
        }

        return (held - without) / Lines;
    }

    // Cores that the server keeps busy when nobody asks.
    private static async Task<double> SpentAsync(LicenceCrowd crowd)
    {
        await crowd.UntilFollowedAsync();
        await Task.Delay(TimeSpan.FromSeconds(2));
        var (before, watch) = (crowd.Server.ProcessorTime, Stopwatch.StartNew());
        await Task.Delay(TimeSpan.FromSeconds(10));
        return (crowd.Server.ProcessorTime - before) / watch.Elapsed;
    }

    private static async Task<double> GrantsAsync(LicenceCrowd crowd)
    {
        var watch = Stopwatch.StartNew();
        await crowd.GrantAsync("bulk", s_file);
        return s_file / watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> RotatedAsync(LicenceCrowd crowd)
    {
        var watch = Stopwatch.StartNew();
        var (exit, _, error) = await CommandLine.RunAsync("keys", "rotate", "--data", crowd.Server.Data);
        return exit == 0 ? watch.Elapsed.TotalSeconds : throw new InvalidOperationException($"keys rotate: {error}");
    }

    private static void Granted(HttpStatusCode status)
    {
        if (status != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"wrongly refused: {(int)status}");
        }
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;

    private static double Percentile(double[] sorted, int percent) => sorted[Math.Min(sorted.Length - 1, sorted.Length * percent / 100)];

    private sealed record Flash(double[] First, double[] Next, int Refused);
}
