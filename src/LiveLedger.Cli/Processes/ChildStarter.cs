using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;

namespace LiveLedger.Cli.Processes;

/// <summary>One thread that starts every child and lives as long as we do.</summary>
/// <remarks>
/// The signal that a child gets when its parent dies (PR_SET_PDEATHSIG) is sent when the starting *thread* ends, and the
/// pool ends idle threads.
/// </remarks>
internal static class ChildStarter
{
    private static readonly BlockingCollection<Action> Work = CreateWork();

    internal static Process Start(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Exception e) when (e is Win32Exception or InvalidOperationException)
            {
                started.SetException(new CommandFailure($"cannot start {start.FileName}: {e.Message}"));
            }
        });
        return started.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action> CreateWork()
    {
        var work = new BlockingCollection<Action>();
        new Thread(() =>
        {
            foreach (var start in work.GetConsumingEnumerable())
            {
                start();
            }
        })
        { IsBackground = true, Name = "child starter" }.Start();
        return work;
    }
}
