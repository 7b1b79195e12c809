namespace LiveLedger.Cli;

/// <summary>Ends a command with one line for the person at the terminal, who never sees a stack trace for it.</summary>
/// <param name="message">What went wrong and what to do about it.</param>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
internal class CommandFailure(string message, int exitCode = ExitCode.CouldNotTell) : Exception(message)
{
    internal int Code { get; } = exitCode;
}
