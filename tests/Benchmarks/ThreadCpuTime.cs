using System.Runtime.InteropServices;

namespace LiveLedger.Benchmarks;

/// <summary>CPU time of the calling thread: what a shared machine does meanwhile is not counted.</summary>
internal static partial class ThreadCpuTime
{
    private const int ClockThreadCpuTime = 3;

    public static TimeSpan Now => clock_gettime(ClockThreadCpuTime, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / 100)
        : throw new PlatformNotSupportedException("no clock of thread CPU time");

    /// <summary>Seconds of CPU time that <paramref name="work"/> takes.</summary>
    public static double Of(Action work)
    {
        var start = Now;
        work();
        return (Now - start).TotalSeconds;
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
