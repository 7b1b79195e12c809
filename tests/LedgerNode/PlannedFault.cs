using System.Diagnostics;
using LiveLedger.Ledger;

namespace LiveLedger.LedgerNode;

/// <summary>Fails at a step, once or a few times in a row.</summary>
internal sealed class PlannedFault(LedgerStep at, int first, int times, bool dead)
{
    private int _count;

    /// <summary>Arrivals at the step so far.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Reached(LedgerStep step)
    {
        if (step != at || Interlocked.Increment(ref _count) is var count && (count < first || count >= first + times))
        {
            return;
        }

        if (dead)
        {
            // SIGKILL: nothing is flushed, no finally runs.
            using var self = Process.GetCurrentProcess();
            self.Kill();
            Thread.Sleep(Timeout.Infinite);
        }

        throw new IOException($"a planned fault at {step}");
    }
}
