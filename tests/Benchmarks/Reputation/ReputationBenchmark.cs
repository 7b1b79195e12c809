using System.Diagnostics;
using System.Globalization;
using LiveLedger.Faults.Standings;

namespace LiveLedger.Benchmarks.Reputation;

/// <summary>Receipts taken in, checked and logged, against what libsodium alone verifies; how soon they count; and a million events counted again.</summary>
internal static class ReputationBenchmark
{
    private const int Runs = 5;
    private const int EventsOfEach = 50_000;
    private const int Kills = 40;

    private static readonly TimeSpan s_run = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_SECONDS") ?? "4", CultureInfo.InvariantCulture));
    private static readonly int s_events = int.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_EVENTS") ?? "1000000", CultureInfo.InvariantCulture);

    public static async Task<BenchmarkReport> RunAsync()
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        var (raw, taken) = (new List<double>(), new List<double>());
        double[] lags;
        string postgres;
        await using (var intake = await ReceiptIntake.StartAsync())
        {
            postgres = (string)(await intake.Ledger.ExecuteAsync("SHOW server_version"))!;
            // In turn, so that drift of the machine favours neither. The first pair is warm-up.
            for (var run = 0; run <= Runs; run++)
            {
                var verified = Verify(intake);
                var filed = await intake.RunAsync(s_run);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pair {run}: {verified:0} verified/s, {filed:0} receipts/s taken in"));
                if (run > 0)
                {
                    raw.Add(verified);
                    taken.Add(filed);
                }
            }

            lags = await intake.LagsAsync(200);
        }

        var (rate, identical, counted) = Replay();
        var logged = await ReplayOfLogAsync();
        var relay = RelayOverhead.Measure();
        var conditions = new Dictionary<string, string>
        {
            ["postgresql"] = postgres,
            ["cores"] = $"{Environment.ProcessorCount}, shared by load generator, intake, projection and PostgreSQL; load when it began: {load}",
            ["verified"] = "signatures of these receipts, by libsodium alone, on every core, their keys sound already; in turn with the intake",
            ["intake"] = $"batches of {ReceiptIntake.OfBatch} receipts, signed before the clock starts, from {ReceiptIntake.Clients} tasks: read, all signatures checked, logged, with the projection counting beside it; median of {Runs} runs of {s_run.TotalSeconds:0.#} s",
            ["lag"] = "from the answer to a batch to a standing that has it, looked at each 5 ms; 200 batches, one after the other",
            ["relay"] = RelayOverhead.Conditions,
            ["count"] = $"{counted} events of {counted / EventsOfEach} broadcasts, payloads parsed; once in one go, and once on all cores with the state kept and read back every 7,919 events",
            ["replay"] = $"{logged.Counted} events in the log of a ledger, all standings dropped and counted from the first event: by one process, and by three whose sessions were killed {Kills} times and whose wall clocks say what they like, states kept every 7,919 events; every row the same, and what the formula alone comes to",
        };
        return new("reputation", conditions,
        [
            Measure.Info("verified", Median(raw), "signatures/s"),
            Measure.Info("receipts", Median(taken), "receipts/s"),
            Measure.AtLeast("receipts-of-verified", Median(taken.Zip(raw, static (t, r) => t / r)), "ratio", 0.5),
            Measure.Info("score-lag-p50", lags[lags.Length / 2], "ms"),
            Measure.AtMost("score-lag-p99", lags[lags.Length * 99 / 100], "ms", 2000),
            Measure.Info("count", rate, "events/s"),
            Measure.AtLeast("count-identical", identical ? 1 : 0, "of 1", 1),
            Measure.Info("replay", logged.Rate, "events/s"),
            Measure.AtLeast("replay-identical", logged.Identical ? 1 : 0, "of 1", 1),
            Measure.Info("relay-statements", relay.Statements, "% of a core"),
            Measure.Info("relay-receipts", relay.Receipts, "% of a core"),
            Measure.Info("relay-receipt-bytes", relay.Bytes, "% of bytes"),
            Measure.AtMost("relay", relay.Statements + relay.Receipts, "% of a core", 1),
        ]);
    }

    private static double Verify(ReceiptIntake intake)
    {
        var (messages, key) = intake.Sample();
        var count = 0L;
        var watch = Stopwatch.StartNew();
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            for (var n = 0; watch.Elapsed < s_run; n++)
            {
                if (!messages[n % messages.Length].Verify(key))
                {
                    throw new InvalidOperationException("a good signature does not hold");
                }

                Interlocked.Increment(ref count);
            }
        });
        return count / watch.Elapsed.TotalSeconds;
    }

    // A broadcast at a time: a million payloads at once would be a gigabyte.
    private static (double Rate, bool Identical, int Counted) Replay()
    {
        var (watch, identical, counted) = (new Stopwatch(), true, 0);
        for (var number = 1; counted < s_events; number++)
        {
            var log = LongSwarm.Make(number, EventsOfEach);
            watch.Start();
            var once = log.Count();
            watch.Stop();
            identical &= LongSwarm.IsSameInParts(log, once);
            counted += log.Lines.Count;
        }

        return (counted / watch.Elapsed.TotalSeconds, identical, counted);
    }

    private static async Task<(double Rate, bool Identical, int Counted)> ReplayOfLogAsync()
    {
        await using var replay = await StandingReplay.StartAsync();
        for (var number = 1; replay.Events < s_events; number++)
        {
            await replay.AppendAsync(LongSwarm.ByMinute(number, EventsOfEach));
            Console.Error.WriteLine($"{replay.Events} of {s_events} events logged");
        }

        var random = new Random(6);
        await replay.CountAsync(every: 20_000, processes: 1, kills: 0, random);
        var watch = Stopwatch.StartNew();
        var once = await replay.CountAsync(every: 20_000, processes: 1, kills: 0, random);
        var rate = replay.Events / watch.Elapsed.TotalSeconds;
        var again = await replay.CountAsync(every: 7_919, processes: 3, Kills, random);
        return (rate, once.SequenceEqual(again) && await replay.IsWhatTheFormulaSaysAsync(), replay.Events);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ToArray() is var sorted ? sorted[sorted.Length / 2] : 0;
}
