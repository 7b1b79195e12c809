using System.Diagnostics;
using System.Globalization;

namespace LiveLedger.Fuzz;

/// <summary>Feeds a target mutated inputs, each within bounds of time and memory.</summary>
public static class FuzzRun
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    /// <summary>After this long an input is taken never to end.</summary>
    private static readonly TimeSpan s_hung = TimeSpan.FromSeconds(10);

    /// <summary>Bytes one input may make its reader allocate: a constant and a multiple of its own length.</summary>
    private static long Allowance(int length) => 256 * 1024 + 64L * length;

    /// <summary>Runs the inputs numbered from <paramref name="seed"/> on, until one breaks a promise. The same numbers are the same inputs.</summary>
    /// <param name="target">What reads them.</param>
    /// <param name="count">How many.</param>
    /// <param name="seed">Number of the first.</param>
    public static FuzzReport Execute(FuzzTarget target, long count, long seed)
    {
        // A seed that does not read would make every mutation of it meaningless; its exception is this run's.
        foreach (var good in target.Seeds)
        {
            target.Read(good);
        }

        var mutator = new Mutator(target.Seeds);
        var watch = Stopwatch.StartNew();
        var current = seed;
        using var watchdog = new Timer(
            _ =>
            {
                var seen = Volatile.Read(ref current);
                Thread.Sleep(s_hung);
                if (Volatile.Read(ref current) == seen && seen < seed + count)
                {
                    // A hang cannot be thrown out of: name the input and end the process.
                    Console.Error.WriteLine(new FuzzReport(target.Name, seen - seed + 1, watch.Elapsed, new(seen, [], "never ends")));
                    Environment.Exit(1);
                }
            },
            null, s_hung, s_hung);
        for (; current < seed + count; Volatile.Write(ref current, current + 1))
        {
            var input = mutator.Make(current);

            // A pause of the machine or the collector is not the reader's: only what is slow again is slow.
            var broken = Try(target, input, out var slow) ?? (slow ? Try(target, input, out slow) : null);
            if (broken is null && slow)
            {
                broken = string.Create(CultureInfo.InvariantCulture, $"takes more than {s_longest.TotalSeconds:0} s");
            }

            if (broken is not null)
            {
                return new(target.Name, current - seed + 1, watch.Elapsed, new(current, input.ToArray(), broken));
            }
        }

        return new(target.Name, count, watch.Elapsed, null);
    }

    private static string? Try(FuzzTarget target, ReadOnlySpan<byte> input, out bool slow)
    {
        slow = false;
        var before = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        try
        {
            target.Read(input);
        }
        catch (Exception e)
        {
            return $"fails: {e}";
        }

        slow = Stopwatch.GetElapsedTime(start) > s_longest;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated > Allowance(input.Length)
            ? string.Create(CultureInfo.InvariantCulture, $"allocates {allocated} bytes for {input.Length}")
            : null;
    }
}
