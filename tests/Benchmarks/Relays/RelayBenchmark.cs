using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Benchmarks.Relays;

/// <summary>
/// What a relay serves from memory for a second of processor time, every byte of it checked once before, against Kestrel alone with the same bytes. The two are asked in turn; each pair gives a ratio.
/// </summary>
internal static class RelayBenchmark
{
    private const int Clients = 16;
    private const int Pairs = 9;
    private const double LeastOfBare = 0.8;

    // The relay's code has the JIT's last tier only some time after its first calls, and bare Kestrel's little before.
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_run = TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("LIVELEDGER_BENCH_SECONDS") ?? "4", CultureInfo.InvariantCulture));

    public static async Task<BenchmarkReport> RunAsync()
    {
        var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
        using var files = new SignedFiles();
        // In memory, for whoever serves files.
        var folder = Directory.CreateDirectory(Path.Combine("/dev/shm", $"liveledger-bench-{Guid.NewGuid():n}")).FullName;
        try
        {
            files.WriteTo(folder);
            await using var origin = await OriginAsync(files);
            using var relay = await MeasuredServer.RelayAsync(files, new(origin.Urls.Single()));
            using var bare = await MeasuredServer.BareAsync(folder);
            using var nginx = await MeasuredServer.NginxAsync(folder);
            var segments = await SeriesAsync(files, ".m4s", relay, bare, nginx);
            var records = await SeriesAsync(files, ".record", relay, bare, nginx);
            return new("relay", Conditions(load, nginx is not null), [.. Measures(segments), .. RecordMeasures(records)]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<Measure> Measures(IReadOnlyList<Turn> turns)
    {
        yield return Measure.AtLeast("relay-of-bare", Median(turns, static t => t.Relay.BytesPerCpu / t.Bare.BytesPerCpu), "ratio", LeastOfBare);
        yield return Measure.Info("relay-of-bare-least", turns.Min(static t => t.Relay.BytesPerCpu / t.Bare.BytesPerCpu), "ratio");
        yield return Measure.Info("relay-of-bare-most", turns.Max(static t => t.Relay.BytesPerCpu / t.Bare.BytesPerCpu), "ratio");
        yield return Measure.Info("relay", Median(turns, static t => t.Relay.BytesPerCpu / 1e6), "MB/s per core");
        yield return Measure.Info("bare", Median(turns, static t => t.Bare.BytesPerCpu / 1e6), "MB/s per core");
        if (turns[0].Nginx is not null)
        {
            yield return Measure.Info("nginx", Median(turns, static t => t.Nginx!.BytesPerCpu / 1e6), "MB/s per core");
        }

        yield return Measure.Info("relay-on-the-wire", Median(turns, static t => t.Relay.Bytes / t.Relay.Seconds / 1e6), "MB/s");
        yield return Measure.Info("bare-on-the-wire", Median(turns, static t => t.Bare.Bytes / t.Bare.Seconds / 1e6), "MB/s");
    }

    private static IEnumerable<Measure> RecordMeasures(IReadOnlyList<Turn> turns)
    {
        yield return Measure.Info("records-of-bare", Median(turns, static t => t.Relay.BytesPerCpu / t.Bare.BytesPerCpu), "ratio");
        yield return Measure.Info("relay-records", Median(turns, static t => t.Relay.Answers / t.Relay.Cpu), "answers/s per core");
        yield return Measure.Info("bare-records", Median(turns, static t => t.Bare.Answers / t.Bare.Cpu), "answers/s per core");
        if (turns[0].Nginx is not null)
        {
            yield return Measure.Info("nginx-records", Median(turns, static t => t.Nginx!.Answers / t.Nginx.Cpu), "answers/s per core");
        }
    }

    // Who is first changes from turn to turn, so that drift of the machine favours neither.
    private static async Task<IReadOnlyList<Turn>> SeriesAsync(SignedFiles files, string kind, MeasuredServer relay, MeasuredServer bare, MeasuredServer? nginx)
    {
        await LoadAsync(files, kind, relay, s_warmUp);
        await LoadAsync(files, kind, bare, s_warmUp);
        var turns = new List<Turn>();
        for (var n = 0; n < Pairs; n++)
        {
            var first = await LoadAsync(files, kind, n % 2 == 0 ? relay : bare, s_run);
            var second = await LoadAsync(files, kind, n % 2 == 0 ? bare : relay, s_run);
            var turn = new Turn(n % 2 == 0 ? first : second, n % 2 == 0 ? second : first, nginx is null ? null : await LoadAsync(files, kind, nginx, s_run));
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{kind} {n}: relay {turn.Relay.BytesPerCpu / 1e6:0} MB, bare {turn.Bare.BytesPerCpu / 1e6:0} MB, nginx {turn.Nginx?.BytesPerCpu / 1e6 ?? 0:0} MB a second of processor time"));
            turns.Add(turn);
        }

        return turns;
    }

    private static async Task<Load> LoadAsync(SignedFiles files, string kind, MeasuredServer server, TimeSpan run)
    {
        var wanted = files.All.Where(f => f.Key.EndsWith(kind, StringComparison.Ordinal)).Select(f => (Path: files.PathOf(f.Key), Bytes: f.Value)).ToArray();
        var (cpu, watch) = (server.ProcessorSeconds, Stopwatch.StartNew());
        var counts = await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => Task.Run(async () =>
        {
            var room = new byte[wanted.Max(static w => w.Bytes.Length) + 1];
            var (answers, bytes) = (0L, 0L);
            for (var n = client * wanted.Length / Clients; watch.Elapsed < run; n++)
            {
                var (path, expected) = wanted[n % wanted.Length];
                using var answer = await server.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead);
                await using var body = await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
                var length = await body.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false);
                if (!room.AsSpan(0, length).SequenceEqual(expected))
                {
                    throw new InvalidDataException($"{server.Http.BaseAddress}{path}: other bytes than the broadcaster's");
                }

                (answers, bytes) = (answers + 1, bytes + length);
            }

            return (answers, bytes);
        })));
        return new(counts.Sum(static c => c.answers), counts.Sum(static c => c.bytes), server.ProcessorSeconds - cpu, watch.Elapsed.TotalSeconds);
    }

    private static async Task<WebApplication> OriginAsync(SignedFiles files)
    {
        var byPath = files.All.ToDictionary(f => files.PathOf(f.Key), static f => f.Value);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(context => byPath.TryGetValue(context.Request.Path.Value!, out var bytes) ? context.Response.Body.WriteAsync(bytes).AsTask() : NotFound(context));
        await app.StartAsync();
        return app;
    }

    private static Task NotFound(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }

    private static Dictionary<string, string> Conditions(string load, bool nginx) => new()
    {
        ["cores"] = $"{Environment.ProcessorCount}, shared by load generator and server; load when it began: {load}",
        ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
        ["relay"] = "liveledger relay, a process; every object fetched and checked up to the broadcaster's identity before the clock starts, then served from memory over HTTP/1.1",
        ["bare"] = "Kestrel with the same bytes in memory, a process under the same runtime settings: no routes, tags, ranges or headers but the length and type",
        ["nginx"] = nginx ? "sendfile from a folder in memory, a worker a core" : "not installed",
        ["method"] = $"{Clients} connections kept alive, each asks again when it has compared its answer with the broadcaster's bytes; after {s_warmUp.TotalSeconds:0} s of warm-up of each the median of {Pairs} turns of {s_run.TotalSeconds:0.#} s each, order changing; bytes over the serving process's processor time",
        ["objects"] = $"{SignedFiles.Segments} segments of {SignedFiles.SegmentBytes} bytes, and their records",
    };

    private static double Median(IReadOnlyList<Turn> turns, Func<Turn, double> of)
    {
        var sorted = turns.Select(of).Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    private sealed record Turn(Load Relay, Load Bare, Load? Nginx);

    private sealed record Load(long Answers, long Bytes, double Cpu, double Seconds)
    {
        public double BytesPerCpu => Bytes / Cpu;
    }
}
