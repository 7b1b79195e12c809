using System.Diagnostics;

namespace LiveLedger.Benchmarks.Licences;

/// <summary>The two ways load comes: by clients that wait for their answers, and by a clock that waits for nobody.</summary>
internal static class OfferedLoad
{
    /// <summary>Each client asks again when it is answered. Answers a second.</summary>
    public static async Task<double> ClosedAsync(int clients, TimeSpan run, Func<int, Task> ask)
    {
        var watch = Stopwatch.StartNew();
        var counts = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var count = 0;
            for (; watch.Elapsed < run; count++)
            {
                await ask(client);
            }

            return count;
        })));
        return counts.Sum() / watch.Elapsed.TotalSeconds;
    }

    /// <summary>On the clock, not after the last answer: a slow answer does not slow down the asking, and its own wait is counted in.</summary>
    /// <param name="due">When each is asked, in seconds from now, rising.</param>
    /// <param name="ask">Asks one.</param>
    /// <returns>Milliseconds from when each was due to its answer.</returns>
    public static async Task<double[]> OnTheClockAsync(double[] due, Func<int, Task> ask)
    {
        var times = new double[due.Length];
        var asked = new List<Task>(due.Length);
        var start = Stopwatch.GetTimestamp();
        for (var n = 0; n < due.Length; await Task.Delay(1))
        {
            for (var now = Stopwatch.GetElapsedTime(start).TotalSeconds; n < due.Length && due[n] <= now; n++)
            {
                asked.Add(TimedAsync(n));
            }
        }

        await Task.WhenAll(asked);
        return times;

        async Task TimedAsync(int n)
        {
            await Task.Yield();
            await ask(n);
            times[n] = Stopwatch.GetElapsedTime(start).TotalMilliseconds - due[n] * 1000;
        }
    }
}
