using System.Diagnostics;
using LiveLedger.Harness;

namespace LiveLedger.Chain.Tests.Readers;

/// <summary>The programs and libraries of others that <c>contracts/</c> installs: Foundry's, ethers and viem.</summary>
internal static class ContractsFolder
{
    private static readonly Lazy<string> s_path = new(Prepare);

    /// <summary>The folder, with <c>node_modules</c> in it.</summary>
    public static string Path => s_path.Value;

    /// <summary>One of Foundry's programs.</summary>
    public static string Foundry(string name) => System.IO.Path.Combine(Path, "node_modules", "@foundry-rs", $"{name}-linux-amd64", "bin", name);

    /// <summary>Runs a program to its end.</summary>
    public static (int Exit, string Output, string Log) Run(string program, IEnumerable<string> arguments, string folder, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var log = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result, log.Result);
    }

    // A checkout has no packages until somebody asks for them.
    private static string Prepare()
    {
        var folder = System.IO.Path.Combine(RepositoryRoot.Path, "contracts");
        string[] wanted = ["@foundry-rs/cast-linux-amd64", "@foundry-rs/anvil-linux-amd64", "ethers", "viem"];
        if (!wanted.All(w => Directory.Exists(System.IO.Path.Combine(folder, "node_modules", w))))
        {
            var (exit, _, log) = Run("npm", ["ci", "--no-audit", "--no-fund"], folder);
            Assert.True(exit == 0, $"npm said {exit}: {log}");
        }

        return folder;
    }
}
