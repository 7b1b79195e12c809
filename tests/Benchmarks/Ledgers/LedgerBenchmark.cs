using System.Diagnostics;
using System.Globalization;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Schema;

namespace LiveLedger.Benchmarks.Ledgers;

/// <summary>
/// What the log costs an event store: single appends per second with the log alive (sequenced, hashed and under a checkpoint by the end, that
/// time counted) against the same store whose append procedure does not make an event pending, and that nobody sequences.
/// </summary>
internal static class LedgerBenchmark
{
    private const int Pairs = 11;
    private const double Goal = 0.95;
    private readonly record struct Run(double Rate, double CpuMicroseconds);

    private static readonly int[] s_clients = [1, 8, 32];
    private static readonly TimeSpan s_run = TimeSpan.FromSeconds(
        Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_SECONDS") is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : 10);

    public static async Task<BenchmarkReport> RunAsync()
    {
        await using var logged = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync());
        await using var plain = await StartPlainAsync();
        var conditions = new Dictionary<string, string>
        {
            ["postgresql"] = (string)(await logged.ExecuteAsync("SHOW server_version"))!,
            ["fsync"] = (string)(await logged.ExecuteAsync("SHOW fsync"))!,
            ["synchronous_commit"] = (string)(await logged.ExecuteAsync("SHOW synchronous_commit"))!,
            ["cores"] = $"{Environment.ProcessorCount}, shared by clients, sequencer and PostgreSQL",
            ["append"] = "1 event of 300 bytes payload, one round trip over a Unix socket, each client its own stream",
            ["runs"] = $"{Pairs} interleaved pairs of {s_run.TotalSeconds:0.#} s at each number of clients, after one pair of warm-up; median of the pairs' ratios",
            ["counted"] = "with the log: until every event has an index and is under a signed checkpoint",
        };

        var measures = new List<Measure>();
        foreach (var clients in s_clients)
        {
            await RunAsync(plain, clients, awaitLog: false);
            await RunAsync(logged, clients, awaitLog: true);
            var rates = new List<(Run Logged, Run Plain)>();
            for (var pair = 0; pair < Pairs; pair++)
            {
                // The order changes from pair to pair, so that drift of the machine favours neither.
                if (pair % 2 == 0)
                {
                    var first = await RunAsync(plain, clients, awaitLog: false);
                    rates.Add((await RunAsync(logged, clients, awaitLog: true), first));
                }
                else
                {
                    var first = await RunAsync(logged, clients, awaitLog: true);
                    rates.Add((first, await RunAsync(plain, clients, awaitLog: false)));
                }

                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clients} clients, pair {pair + 1}: {rates[^1].Logged.Rate:0} logged, {rates[^1].Plain.Rate:0} plain, ratio {rates[^1].Logged.Rate / rates[^1].Plain.Rate:0.000}; CPU {rates[^1].Logged.CpuMicroseconds:0}, {rates[^1].Plain.CpuMicroseconds:0}"));
            }

            measures.Add(Measure.Info($"appends-{clients}-clients", Median(rates.Select(r => r.Logged.Rate)), "appends/s"));
            measures.Add(Measure.Info($"appends-{clients}-clients-without-log", Median(rates.Select(r => r.Plain.Rate)), "appends/s"));
            measures.Add(Measure.Info($"cpu-{clients}-clients", Median(rates.Select(r => r.Logged.CpuMicroseconds)), "us/append"));
            measures.Add(Measure.Info($"cpu-{clients}-clients-without-log", Median(rates.Select(r => r.Plain.CpuMicroseconds)), "us/append"));
            measures.Add(Measure.AtLeast($"log-of-plain-{clients}-clients", Median(rates.Select(r => r.Logged.Rate / r.Plain.Rate)), "ratio", Goal));
        }

        var size = (int)logged.Log.Head().Size.Value;
        var (backlog, _) = await logged.Log.PendingAsync();
        measures.Add(Measure.AtMost("backlog-at-end", backlog, "events", 0));
        measures.Add(Measure.AtMost("events-without-index", (long)(await logged.ExecuteAsync("SELECT count(*) FROM ledger.events"))! - size, "events", 0));
        return new("ledger", conditions, measures);
    }

    // The same schema and store; the append statements lack what makes an event pending, and no keeper runs.
    private static async Task<TestLedger> StartPlainAsync()
    {
        var append = new EventAppend(Without("Events/append_next.sql", "$7"), Without("Events/append_first.sql", "$6"), "refused: nobody else appends to this stream");
        var plain = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync() with { Append = append });
        await plain.StopKeepingAsync();
        return plain;
    }

    // WITH moved, added INSERT INTO pending becomes WITH moved INSERT INTO events: what one would write who has no log.
    private static string Without(string file, string hash)
    {
        var without = Sql.Load(file)
            .Replace("\n)\nINSERT INTO ledger.pending (pos, hash) SELECT pos, " + hash + " FROM added RETURNING pos", "")
            .Replace("), added AS (\n", ")\n");
        return without.Contains("INTO ledger.pending", StringComparison.Ordinal) || without.Contains("added", StringComparison.Ordinal)
            ? throw new InvalidOperationException("the append was changed: the baseline must lack what makes an event pending and nothing else")
            : without;
    }

    private static async Task<Run> RunAsync(TestLedger ledger, int clients, bool awaitLog)
    {
        // What an earlier run left to be written is written before this one is timed.
        await ledger.ExecuteAsync("CHECKPOINT");
        var before = (int)ledger.Log.Head().Size.Value;
        var end = Stopwatch.GetTimestamp() + (long)(s_run.TotalSeconds * Stopwatch.Frequency);
        var cpu = await CpuSecondsAsync(ledger);
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(async () =>
        {
            var stream = new StreamName($"bench/{Guid.CreateVersion7():n}");
            var payload = new byte[300];
            payload.AsSpan().Fill((byte)' ');
            "{}"u8.CopyTo(payload);
            var count = 0;
            while (Stopwatch.GetTimestamp() < end)
            {
                var result = await ledger.Events.AppendAsync(stream, ExpectedVersion.Exactly(count - 1),
                    [new(Guid.CreateVersion7(), "bench-happened", 1, payload, "system")]);
                if (result.Outcome != AppendOutcome.Appended)
                {
                    throw new InvalidOperationException("nobody else appends to this stream");
                }

                count++;
            }

            return count;
        })));

        if (awaitLog)
        {
            await ledger.UntilPublishedAsync(before + counts.Sum());
        }

        var elapsed = watch.Elapsed.TotalSeconds;
        return new(counts.Sum() / elapsed, (await CpuSecondsAsync(ledger) - cpu) * 1e6 / counts.Sum());
    }

    // CPU time of this process and of the server's processes: what a busy machine does beside us is not in it.
    private static async Task<double> CpuSecondsAsync(TestLedger ledger)
    {
        const double ticksPerSecond = 100;
        var ticks = 0L;
        foreach (var id in ((string)(await ledger.ExecuteAsync("SELECT string_agg(pid::text, ',') FROM pg_stat_activity"))!).Split(','))
        {
            try
            {
                // proc(5): fields 14 and 15, counted after the name in brackets.
                var stat = (await File.ReadAllTextAsync($"/proc/{id}/stat")).Split(") ")[1].Split(' ');
                ticks += long.Parse(stat[11], CultureInfo.InvariantCulture) + long.Parse(stat[12], CultureInfo.InvariantCulture);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // A worker that ended between the query and the look.
            }
        }

        return ticks / ticksPerSecond + Environment.CpuUsage.TotalTime.TotalSeconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
