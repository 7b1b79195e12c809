using System.Diagnostics;
using System.Globalization;
using LiveLedger.Harness;
using LiveLedger.Harness.Commands;

namespace LiveLedger.Benchmarks.Relays;

/// <summary>
/// What the origin and a relay before it serve for a second of processor time, every byte of it checked, against Kestrel alone with the same bytes. All are asked in turn; each turn gives a ratio.
/// </summary>
internal static class RelayBenchmark
{
    private const int Clients = 16;
    private const double LeastOfBare = 0.8;

    // Our code has the JIT's last tier only some time after its first calls, and bare Kestrel's little before.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_run = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_SECONDS") ?? "3", CultureInfo.InvariantCulture));
    private static readonly (string Kind, int Turns)[] s_series = [(".m4s", 9), (".record", 5)];

    public static async Task<BenchmarkReport> RunAsync()
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        await using var broadcast = await SealedBroadcast.MakeAsync();
        // In memory, for whoever serves files.
        var folder = Path.Combine("/dev/shm", $"liveledger-bench-{Guid.NewGuid():n}");
        try
        {
            broadcast.WriteTo(folder);
            using var origin = MeasuredServer.Origin(broadcast);
            using var relay = await MeasuredServer.RelayAsync(broadcast);
            // The two programs of ours are set up differently, and so is what each is measured against.
            using var bareOfOrigin = await MeasuredServer.BareAsync("bare-as-origin", folder, Path.Combine(RepositoryRoot.Path, "src", "LiveLedger.Server", "bin", "Release", "net10.0", "LiveLedger.Server.dll"));
            using var bareOfRelay = await MeasuredServer.BareAsync("bare-as-relay", folder, CommandLine.Program);
            using var nginx = await MeasuredServer.NginxAsync(folder);
            MeasuredServer[] servers = [origin, bareOfOrigin, relay, bareOfRelay, .. nginx is null ? (MeasuredServer[])[] : [nginx]];
            var measures = new List<Measure>();
            foreach (var (kind, turns) in s_series)
            {
                measures.AddRange(Measures(kind, await SeriesAsync(broadcast.Of(kind), turns, servers)));
            }

            return new("relay", Conditions(load, broadcast, nginx is not null), measures);
        }
        finally
        {
            foreach (var made in (string[])[folder, folder + ".nginx"])
            {
                if (Directory.Exists(made))
                {
                    Directory.Delete(made, recursive: true);
                }
            }
        }
    }

    private static IEnumerable<Measure> Measures(string kind, IReadOnlyList<Dictionary<string, Load>> turns)
    {
        var isSegments = kind == ".m4s";
        var suffix = isSegments ? "" : "-records";
        foreach (var server in (string[])["origin", "relay"])
        {
            var ratios = turns.Select(t => t[server].BytesPerCpu / t[$"bare-as-{server}"].BytesPerCpu).Order().ToArray();
            var median = ratios[ratios.Length / 2];
            yield return isSegments ? Measure.AtLeast($"{server}-of-bare", median, "ratio", LeastOfBare) : Measure.Info($"{server}-of-bare{suffix}", median, "ratio");
            yield return Measure.Info($"{server}-of-bare{suffix}-least", ratios[0], "ratio");
            yield return Measure.Info($"{server}-of-bare{suffix}-most", ratios[^1], "ratio");
        }

        foreach (var server in turns[0].Keys)
        {
            yield return isSegments
                ? Measure.Info(server, Median(turns, t => t[server].BytesPerCpu / 1e6), "MB/s per core")
                : Measure.Info(server + suffix, Median(turns, t => t[server].Answers / t[server].Cpu), "answers/s per core");
        }

        foreach (var server in isSegments ? turns[0].Keys.ToArray() : [])
        {
            yield return Measure.Info($"{server}-on-the-wire", Median(turns, t => t[server].Bytes / t[server].Seconds / 1e6), "MB/s");
        }
    }

    // Who is first changes from turn to turn, so that drift of the machine favours nobody.
    private static async Task<IReadOnlyList<Dictionary<string, Load>>> SeriesAsync(IReadOnlyList<(string Path, byte[] Bytes)> wanted, int count, MeasuredServer[] servers)
    {
        foreach (var server in servers)
        {
            await LoadAsync(wanted, server, s_warmUp);
        }

        var turns = new List<Dictionary<string, Load>>();
        for (var n = 0; n < count; n++)
        {
            var loads = new Dictionary<string, Load>();
            foreach (var server in n % 2 == 0 ? servers : servers.Reverse())
            {
                loads[server.Name] = await LoadAsync(wanted, server, s_run);
            }

            turns.Add(servers.ToDictionary(static s => s.Name, s => loads[s.Name]));
            Console.Error.WriteLine($"{Path.GetExtension(wanted[0].Path)} {n}: MB a second of processor time: "
                + string.Join(", ", servers.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Name} {loads[s.Name].BytesPerCpu / 1e6:0}"))));
        }

        return turns;
    }

    private static async Task<Load> LoadAsync(IReadOnlyList<(string Path, byte[] Bytes)> wanted, MeasuredServer server, TimeSpan run)
    {
        var (cpu, watch) = (server.ProcessorSeconds, Stopwatch.StartNew());
        var counts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var room = new byte[wanted.Max(static w => w.Bytes.Length) + 1];
            var (answers, bytes) = (0L, 0L);
            for (var n = client * wanted.Count / Clients; watch.Elapsed < run; n++)
            {
                var (path, expected) = wanted[n % wanted.Count];
                using var answer = await server.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
                await using var body = await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
                var length = await body.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false);
                if (!room.AsSpan(0, length).SequenceEqual(expected))
                {
                    throw new InvalidDataException($"{server.Name} {path}: other bytes than the broadcaster's");
                }

                (answers, bytes) = (answers + 1, bytes + length);
            }

            return (answers, bytes);
        })));
        return new(counts.Sum(static c => c.answers), counts.Sum(static c => c.bytes), server.ProcessorSeconds - cpu, watch.Elapsed.TotalSeconds);
    }

    private static Dictionary<string, string> Conditions(string load, SealedBroadcast broadcast, bool nginx) => new()
    {
        ["cores"] = $"{Environment.ProcessorCount}, shared by load generator and server; load when it began: {load}",
        ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
        ["origin"] = "liveledger serve, a process, with PostgreSQL: it has taken the segments in, encrypted, sealed and logged them, and serves them as they lie on its disk",
        ["relay"] = "liveledger relay before that origin, a process; every object fetched and checked up to the broadcaster's identity before the clock starts, then served from memory over HTTP/1.1",
        ["bare"] = "Kestrel with the same bytes in memory, a process under the runtime settings of the origin's program, and one under the relay's: no routes, tags, ranges or headers but the length and type",
        ["nginx"] = nginx ? "sendfile from a folder in memory, a worker a core" : "not installed",
        ["method"] = string.Create(CultureInfo.InvariantCulture,
            $"{Clients} connections kept alive, each asks again when it has compared its answer with the broadcaster's bytes; after {s_warmUp.TotalSeconds:0} s of warm-up of each the median of {s_series[0].Turns} turns of {s_run.TotalSeconds:0.#} s each ({s_series[1].Turns} for records), order changing; bytes over the serving process's processor time"),
        ["objects"] = string.Create(CultureInfo.InvariantCulture,
            $"{broadcast.Of(".m4s").Count} segments of {broadcast.Of(".m4s").Average(static o => o.Bytes.Length) / 1000:0} kB on average, and their records of {broadcast.Of(".record").Average(static o => o.Bytes.Length):0} bytes"),
    };

    private static double Median(IReadOnlyList<Dictionary<string, Load>> turns, Func<Dictionary<string, Load>, double> of)
    {
        var sorted = turns.Select(of).Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private sealed record Load(long Answers, long Bytes, double Cpu, double Seconds)
    {
        public double BytesPerCpu => Bytes / Cpu;
    }
}
