using System.Diagnostics;

namespace LiveLedger.Cli;

/// <summary>Runs the program as its user does: a process, an exit code, two outputs.</summary>
internal static class CommandLine
{
    internal static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(ExitCode).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>The same with standard error at a terminal, as when only the answer is piped on: script(1) makes one and shows what was drawn on it.</summary>
    internal static async Task<(int Exit, string Output, string Terminal)> RunAtTerminalAsync(params string[] arguments)
    {
        var answer = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", "stty columns 100 rows 30; exec dotnet \"$PROGRAM\" $ARGUMENTS > \"$ANSWER\"", "/dev/null"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            (start.Environment["PROGRAM"], start.Environment["ARGUMENTS"], start.Environment["ANSWER"]) = (typeof(ExitCode).Assembly.Location, string.Join(' ', arguments), answer);
            start.Environment["TERM"] = "xterm";
            using var process = Process.Start(start)!;
            var terminal = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, await File.ReadAllTextAsync(answer), terminal);
        }
        finally
        {
            File.Delete(answer);
        }
    }
}
