using System.Diagnostics;
using System.Globalization;
using LiveLedger.Media.Protection;

namespace LiveLedger.Benchmarks.Packaging;

/// <summary>
/// Packaging against its limit: 1/limit = 1/SHA-256 rate + encrypted share/AES rate, both rates of this process and
/// machine, measured in turn with it. What the limit leaves out — parsing, copying, signing — is what is judged.
/// </summary>
internal static class PackagerBenchmark
{
    private const int Rounds = 11;
    private const double LeastOfLimit = 0.6;
    private const long BytesPerCore = 400_000_000;
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(4);

    public static BenchmarkReport Run()
    {
        using var workshop = new SourceWorkshop();
        var cores = Environment.ProcessorCount;
        var measures = new List<Measure>();
        long bytes = 0;
        foreach (var scheme in (ProtectionScheme[])[ProtectionScheme.Cbcs, ProtectionScheme.Cenc])
        {
            var results = new CoreResult[cores];
            var threads = Enumerable.Range(0, cores)
                .Select(core => new Thread(() => results[core] = RunCore(workshop, scheme)))
                .ToArray();
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());
            bytes = results[0].Bytes;
            Add(measures, scheme.ToString().ToLowerInvariant(), results);
        }

        measures.Add(Measure.AtLeast("bytes-per-core", bytes / 1e6, "MB", 200));
        measures.Add(Measure.Info("ffmpeg-remux", workshop.FfmpegSecondsPerGigabyte(5), "CPU s/GB"));
        return new("packager", Conditions(workshop, cores), measures);
    }

    private static CoreResult RunCore(SourceWorkshop workshop, ProtectionScheme scheme)
    {
        using var video = new PackagingLine(workshop.Video, "video", scheme);
        using var audio = new PackagingLine(workshop.Audio, "audio", scheme);
        PackagingLine[] lines = [video, audio];
        var pass = lines.Sum(line => line.Bytes);
        var passes = (int)(BytesPerCore / Rounds / pass) + 1;
        // A server runs for days: measured is the code of the JIT's last tier, which comes some time after the first calls.
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < s_warmUp;)
        {
            Repeat(1, lines, line => line.Package());
            Repeat(1, lines, line => line.Hash());
            Repeat(1, lines, line => line.Encrypt());
        }

        var rounds = new List<Round>();
        long allocated = 0;
        for (var i = 0; i < Rounds; i++)
        {
            var hash = ThreadCpuTime.Of(() => Repeat(passes, lines, line => line.Hash()));
            var encrypt = ThreadCpuTime.Of(() => Repeat(passes, lines, line => line.Encrypt()));
            var package = ThreadCpuTime.Of(() => Repeat(passes, lines, line => allocated += line.Package()));
            rounds.Add(new(hash / passes / pass, encrypt / passes / pass, package / passes / pass));
        }

        var share = lines.Sum(line => line.EncryptedBytes) / (double)pass;
        var samples = lines.Sum(line => line.Samples) * passes * Rounds;
        return new(rounds, share, allocated / (double)samples, pass * passes * Rounds);
    }

    private static void Add(List<Measure> measures, string scheme, CoreResult[] results)
    {
        var rounds = results.SelectMany(result => result.Rounds).ToList();
        var share = results[0].Share;
        var package = Median(rounds.Select(round => round.Package));
        measures.Add(Measure.AtLeast(
            $"{scheme}-of-limit", Median(rounds.Select(round => (round.Hash + share * round.Encrypt) / round.Package)), "ratio",
            LeastOfLimit));
        measures.Add(Measure.AtMost($"{scheme}-allocated", results.Max(result => result.Allocated), "bytes/sample", 0));
        measures.Add(Measure.Info($"{scheme}-packaging", 1e-6 / package, "MB/s per core"));
        measures.Add(Measure.Info($"{scheme}-packaging-cpu", package * 1e9, "CPU s/GB"));
        measures.Add(Measure.Info($"{scheme}-sha256", 1e-6 / Median(rounds.Select(round => round.Hash)), "MB/s"));
        measures.Add(Measure.Info($"{scheme}-aes", 1e-6 / Median(rounds.Select(round => round.Encrypt)), "MB/s"));
        measures.Add(Measure.Info($"{scheme}-encrypted-share", share, "ratio"));
    }

    private static Dictionary<string, string> Conditions(SourceWorkshop workshop, int cores)
    {
        var length = workshop.Video.Segments.Sum(segment => (long)segment.Length);
        return new()
        {
            ["machine"] = string.Create(CultureInfo.InvariantCulture, $"{cores} cores, one thread each at once, {Processor()}"),
            ["runtime"] = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
            ["source"] = string.Create(
                CultureInfo.InvariantCulture,
                $"{(workshop.IsReal ? "Big Buck Bunny 480p" : "generated picture")}, H.264 1200 kb/s + AAC 128 kb/s, {workshop.Video.Segments.Length} + {workshop.Audio.Segments.Length} segments of 2 s, {length / 1e6:0.0} MB of video; repeated from memory"),
            ["method"] = $"thread CPU time; after {s_warmUp.TotalSeconds:0} s of warm-up, median of {Rounds} rounds a core, each: SHA-256, AES, packaging",
            ["limit"] = "1/limit = 1/SHA-256 rate + encrypted share/AES rate (AES-CBC for cbcs, AES-CTR for cenc)",
            ["ffmpeg"] = "-c copy, fragmented MP4 to fragmented MP4 on /dev/null, the same video repeated; user + system, its start subtracted",
        };
    }

    private static string Processor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':', 2)[1].Trim() ?? "unknown"
        : "unknown";

    private static void Repeat(int passes, PackagingLine[] lines, Action<PackagingLine> work)
    {
        for (var i = 0; i < passes; i++)
        {
            Array.ForEach(lines, work);
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    /// <summary>CPU seconds a byte.</summary>
    private sealed record Round(double Hash, double Encrypt, double Package);

    private sealed record CoreResult(List<Round> Rounds, double Share, double Allocated, long Bytes);
}
