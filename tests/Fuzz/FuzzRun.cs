using System.Diagnostics;
using System.Globalization;

namespace LiveLedger.Fuzz;

/// <summary>Feeds a target mutated inputs, each within bounds of time and memory.</summary>
internal static class FuzzRun
{
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    /// <summary>Bytes one input may make its reader allocate: a constant and a multiple of its own length.</summary>
    private static long Allowance(int length) => 256 * 1024 + 64L * length;

    /// <summary>Runs inputs <paramref name="first"/> … first+count−1; true if every promise was kept.</summary>
    public static bool Run(FuzzTarget target, long first, long count)
    {
        foreach (var seed in target.Seeds)
        {
            target.Read(seed);
        }

        var mutator = new Mutator(target.Seeds);
        var watch = Stopwatch.StartNew();
        var current = first;
        // A hang cannot be thrown out of: the watchdog names the input and ends the process.
        using var watchdog = new Timer(
            _ =>
            {
                var seen = Volatile.Read(ref current);
                Thread.Sleep(s_longest);
                if (Volatile.Read(ref current) == seen && seen < first + count)
                {
                    Console.Error.WriteLine(Line(target, seen, "hangs"));
                    Environment.Exit(1);
                }
            },
            null, s_longest, s_longest);
        for (; current < first + count; Volatile.Write(ref current, current + 1))
        {
            var input = mutator.Make(current);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                target.Read(input);
            }
            catch (Exception e)
            {
                Console.Error.WriteLine(Line(target, current, $"fails: {e}\n{Convert.ToHexStringLower(input)}"));
                return false;
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            if (allocated > Allowance(input.Length))
            {
                Console.Error.WriteLine(Line(target, current, $"allocates {allocated} bytes for {input.Length}\n{Convert.ToHexStringLower(input)}"));
                return false;
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"OK   {target.Name}: {count} inputs in {watch.Elapsed.TotalSeconds:0.0} s"));
        return true;
    }

    private static string Line(FuzzTarget target, long number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"FAIL {target.Name}: input {number} {what}\nagain: Fuzz {target.Name} 1 {number}");
}
