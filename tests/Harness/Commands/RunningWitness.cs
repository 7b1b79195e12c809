using System.Diagnostics;
using System.Text;
using System.Text.Json;
using LiveLedger.Transparency.Notes;

namespace LiveLedger.Harness.Commands;

/// <summary>A running <c>liveledger audit witness</c>, and what it has said of itself.</summary>
/// <param name="Process">Its process.</param>
/// <param name="Key">Its key.</param>
/// <param name="Url">Where it is asked.</param>
public sealed record RunningWitness(Process Process, string Key, string Url) : IDisposable
{
    /// <summary>Starts it; returns when it listens.</summary>
    /// <param name="state">The folder of its memory.</param>
    /// <param name="log">The log that it looks after.</param>
    /// <param name="listen">Where; port 0 is any.</param>
    /// <param name="more">Further options.</param>
    public static async Task<RunningWitness> StartAsync(string state, VerifierKey log, string listen, params string[] more)
    {
        // Where the tests run in the background, a shell has them ignore Ctrl-C, and whatever they start inherits that.
        var process = Process.Start(new ProcessStartInfo(
            "env", ["--default-signal=INT", "dotnet", CommandLine.Program, "audit", "witness", "--state", state, "--origin", log.ToString(), "--listen", listen, "--json", .. more])
        {
            RedirectStandardOutput = true,
        })!;
        var json = new StringBuilder();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            json.AppendLine(line);
            if (line == "}")
            {
                break;
            }
        }

        if (json.Length == 0)
        {
            throw new InvalidOperationException("the witness ended without a word");
        }

        var told = JsonDocument.Parse(json.ToString()).RootElement;
        return new(process, told.GetProperty("key").GetString()!, told.GetProperty("url").GetString()!);
    }

    /// <summary>As by kill -9.</summary>
    public async Task KillAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            Process.WaitForExit();
        }

        Process.Dispose();
    }
}
