using System.Diagnostics;
using LiveLedger.Harness.Commands;

namespace LiveLedger.Cli.Chain;

/// <summary>A `chain deploy` that runs, and may be killed.</summary>
internal sealed class StartedDeployment : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _error;

    private StartedDeployment(Process process) =>
        (_process, _output, _error) = (process, process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());

    internal static StartedDeployment Start(string[] arguments) =>
        new(Process.Start(new ProcessStartInfo("dotnet", [CommandLine.Program, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!);

    /// <summary>kill -9.</summary>
    internal Task KillAsync()
    {
        _process.Kill();
        return _process.WaitForExitAsync();
    }

    /// <summary>Waits for its end.</summary>
    internal async Task<(int Exit, string Said)> EndAsync()
    {
        await _process.WaitForExitAsync();
        return (_process.ExitCode, await _output + await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }
}
