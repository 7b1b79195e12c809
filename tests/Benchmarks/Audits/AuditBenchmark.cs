using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LiveLedger.Cli.Bundles;
using LiveLedger.Harness.Bundles;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Media;
using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Proofs;
using LiveLedger.Transparency.Tiles;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Benchmarks.Audits;

/// <summary>What an auditor waits for: a proof and its entry out of a long log, and the bundle of a whole broadcast.</summary>
internal static class AuditBenchmark
{
    private const int Proofs = 3000;
    private const int Rounds = 5;
    private const double LatencyGoal = 5;
    private const double BundleGoal = 50_000;

    private static readonly int s_leaves = int.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_LEAVES") ?? "10000000", CultureInfo.InvariantCulture);

    public static async Task<BenchmarkReport> RunAsync()
    {
        var conditions = new Dictionary<string, string>
        {
            ["cores"] = $"{Environment.ProcessorCount}, shared by client, server and PostgreSQL; load when it began: {File.ReadAllText("/proc/loadavg").Split(' ')[0]}",
            ["proofs"] = $"a generated log of {s_leaves} leaves; .tlog-proof and entry bundle over HTTP, one after the other, of {Proofs} entries drawn at random after 500 of warm-up; one client; each proof verified, outside the clock",
            ["bundle"] = $"two broadcasts of 2 hours side by side in one log, each {BroadcastNight.Count} events (3 tracks of 2 s segments with signed records, 3,000 viewers with 30 licences); one bundle over HTTP into a file, and the file verified with all its signatures; median of {Rounds} after one of warm-up",
        };
        return new("audit", conditions, [.. await ProofsAsync(), .. await BundleAsync()]);
    }

    private static async Task<IReadOnlyList<Measure>> ProofsAsync()
    {
        var watch = Stopwatch.StartNew();
        await using var ledger = await ServedLedger.StartAsync(await GeneratedLog.MakeAsync(s_leaves), alive: false);
        Console.Error.WriteLine($"generated in {watch.Elapsed.TotalSeconds:0} s");
        VerifierKey.TryParse((await ledger.Http.GetStringAsync("/log/key")).TrimEnd('\n'), out var key);
        var random = new Random(11);
        var times = new List<double>();
        for (var i = -500; i < Proofs; i++)
        {
            var index = random.Next(s_leaves);
            var start = Stopwatch.GetTimestamp();
            var proof = await ledger.Http.GetByteArrayAsync($"/log/proof/{index}.tlog-proof");
            var width = TileCover.Width(new((ulong)s_leaves), 0, (ulong)index / TilePath.FullWidth);
            var bundle = await ledger.Http.GetByteArrayAsync($"/log/{TilePath.Entries((ulong)index / TilePath.FullWidth, width)}");
            var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (!EntryBundle.TryParse(bundle, width, out var entries) || !TlogProof.TryParse(proof, out var parsed)
                || !parsed.Verify(LeafHash.Of(entries[index % TilePath.FullWidth].Span), key!, out _).IsValid)
            {
                throw new InvalidOperationException($"entry {index} is not proven");
            }

            if (i >= 0)
            {
                times.Add(took);
            }
        }

        times.Sort();
        return
        [
            Measure.Info("proof-and-entry-p50", times[times.Count / 2], "ms"),
            Measure.AtMost("proof-and-entry-p99", times[times.Count * 99 / 100], "ms", LatencyGoal),
        ];
    }

    private static async Task<IReadOnlyList<Measure>> BundleAsync()
    {
        await using var ledger = await ServedLedger.StartAsync(await TestLedger.NewOptionsAsync(), alive: true);
        var (mine, other) = (BroadcastId.New(TimeProvider.System), BroadcastId.New(TimeProvider.System));
        using var records = new SampleRecords(mine);
        using var others = new SampleRecords(other);
        await Task.WhenAll(Task.Run(() => BroadcastNight.AppendAsync(ledger.Events, mine, records)), Task.Run(() => BroadcastNight.AppendAsync(ledger.Events, other, others)));
        await UntilIndexedAsync(ledger, 2L * BroadcastNight.Count);

        var file = Path.GetTempFileName();
        var (made, verified, cost) = (new List<double>(), new List<double>(), new List<double>());
        var length = 0L;
        for (var round = -1; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            await using (var body = await ledger.Http.GetStreamAsync($"/v1/ledger/bundles/{mine}"))
            await using (var to = File.Create(file))
            {
                await body.CopyToAsync(to);
            }

            var making = watch.Elapsed.TotalSeconds;
            var processor = Environment.CpuUsage.TotalTime;
            watch.Restart();
            using var archive = new FileStream(file, FileMode.Open, FileAccess.Read);
            var verdict = BundleAudit.Judge(archive, new(null, null), records.Identity.PublicKey, static (_, _) => { });
            var verifying = watch.Elapsed.TotalSeconds;
            length = archive.Length;
            if (!verdict.Ok || verdict.Facts["entries"] is not (ulong)BroadcastNight.Count)
            {
                throw new InvalidOperationException($"the bundle does not hold: {verdict.ToText()}");
            }

            if (round >= 0)
            {
                made.Add(BroadcastNight.Count / making);
                verified.Add(BroadcastNight.Count / verifying);
                cost.Add((Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / BroadcastNight.Count);
            }
        }

        File.Delete(file);
        made.Sort();
        verified.Sort();
        cost.Sort();
        return
        [
            Measure.AtLeast("bundle-made", made[Rounds / 2], "entries/s", BundleGoal),
            Measure.AtLeast("bundle-verified", verified[Rounds / 2], "entries/s", BundleGoal),
            Measure.Info("bundle-verified-cpu-an-entry", cost[Rounds / 2], "µs"),
            Measure.Info("bundle-bytes-an-entry", (double)length / BroadcastNight.Count, "bytes"),
        ];
    }

    private static async Task UntilIndexedAsync(ServedLedger ledger, long upTo)
    {
        while (await ledger.Http.GetAsync("/v1/ledger/streams") is not { IsSuccessStatusCode: true } answer
            || JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement.GetProperty("upTo").GetInt64() < upTo)
        {
            await Task.Delay(100);
        }
    }
}
