using System.Diagnostics;
using System.Text.Json;

namespace LiveLedger.Interop.Media;

/// <summary>Runs a reader written by others, in Node, over bytes of ours.</summary>
internal static class NodeReader
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);
    private static readonly Lazy<string> s_folder = new(Prepare);

    /// <summary>What <c>readers/NAME.mjs</c> says of <paramref name="input"/>.</summary>
    public static T Read<T>(string name, ReadOnlySpan<byte> input)
    {
        var output = Run("node", [Path.Combine("readers", $"{name}.mjs")], s_folder.Value, input);
        return JsonSerializer.Deserialize<T>(output, s_json) ?? throw new InvalidOperationException("the reader said nothing");
    }

    // The packages of the lock file, once; a checkout has none.
    private static string Prepare()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(at.FullName, "package-lock.json")))
        {
            at = at.Parent ?? throw new InvalidOperationException("not within the repository");
        }

        if (!Directory.Exists(Path.Combine(at.FullName, "node_modules", "mp4box")))
        {
            Run("npm", ["ci", "--no-audit", "--no-fund"], at.FullName, []);
        }

        return at.FullName;
    }

    private static string Run(string program, IEnumerable<string> arguments, string folder, ReadOnlySpan<byte> input)
    {
        var start = new ProcessStartInfo(program)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var log = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        using (var pipe = process.StandardInput.BaseStream)
        {
            pipe.Write(input);
        }

        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} said {process.ExitCode}: {log.Result}");
        return output.Result;
    }
}
