using System.Diagnostics;

namespace LiveLedger.Interop;

/// <summary>A program of other hands, run to its end.</summary>
internal static class ReaderProcess
{
    /// <summary>The project's own folder, which holds the readers' sources.</summary>
    public static string Folder { get; } = Find();

    /// <summary>Runs a program over <paramref name="input"/>.</summary>
    /// <param name="environment">Variables that it is given on top of ours.</param>
    public static (int Exit, string Output, string Log) Run(
        string program, IEnumerable<string> arguments, string folder, ReadOnlySpan<byte> input,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var log = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        using (var pipe = process.StandardInput.BaseStream)
        {
            pipe.Write(input);
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result, log.Result);
    }

    private static string Find()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "package-lock.json")))
        {
            at = at.Parent ?? throw new InvalidOperationException("not within the repository");
        }

        return at.FullName;
    }
}
