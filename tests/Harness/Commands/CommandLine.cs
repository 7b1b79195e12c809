using System.Diagnostics;
using System.Text.Json;

namespace LiveLedger.Harness.Commands;

/// <summary>Runs <c>liveledger</c> as its user does: a process, an exit code, two outputs.</summary>
public static class CommandLine
{
    /// <summary>The program, as it was built for the tests that run.</summary>
    public static string Program => Path.Combine(AppContext.BaseDirectory, "liveledger.dll");

    /// <summary>Runs it to its end.</summary>
    public static Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments) => RunAsync(new Dictionary<string, string>(), arguments);

    /// <summary>Runs it to its end with further environment variables.</summary>
    public static async Task<(int Exit, string Output, string Error)> RunAsync(IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }

    /// <summary>The same with standard error at a terminal, as when only the answer is piped on: script(1) makes one and shows what was drawn on it.</summary>
    public static async Task<(int Exit, string Output, string Terminal)> RunAtTerminalAsync(params string[] arguments)
    {
        var answer = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("script", ["--quiet", "--return", "--command", "stty columns 100 rows 30; exec dotnet \"$PROGRAM\" $ARGUMENTS > \"$ANSWER\"", "/dev/null"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            (start.Environment["PROGRAM"], start.Environment["ARGUMENTS"], start.Environment["ANSWER"]) = (Program, string.Join(' ', arguments), answer);
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

    /// <summary>Runs it with <c>--json</c>, and gives what it says if it ends with this code.</summary>
    /// <exception cref="InvalidOperationException">It ended with another.</exception>
    public static async Task<JsonElement> AskAsync(int exit, params string[] arguments)
    {
        var (ended, output, error) = await RunAsync([.. arguments, "--json"]);
        return ended == exit
            ? JsonSerializer.Deserialize<JsonElement>(output)
            : throw new InvalidOperationException($"liveledger {string.Join(' ', arguments)} ended with {ended}: {output}{error}");
    }
}
