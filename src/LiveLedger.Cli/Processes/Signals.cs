using System.Runtime.InteropServices;

namespace LiveLedger.Cli.Processes;

/// <summary>Signals to our own children, by their process id.</summary>
internal static partial class Signals
{
    internal const int Interrupt = 2;
    internal const int Terminate = 15;

    /// <summary>Sends a signal; a process that is already gone is no error.</summary>
    internal static void Send(int processId, int signal) => _ = Kill(processId, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
