using System.Diagnostics;

namespace LiveLedger.Architecture;

/// <summary>The files of the repository these tests were built from.</summary>
internal static class Repository
{
    private static readonly HashSet<string> s_products =
        new(["bin", "obj", "node_modules", "dist", "TestResults", ".git", ".vs", "artifacts"], StringComparer.Ordinal);

    /// <summary>The folder that holds LiveLedger.slnx.</summary>
    internal static string Root { get; } = FindRoot();

    /// <summary>Paths relative to <see cref="Root"/> with forward slashes, of what is committed or about to be.</summary>
    internal static IReadOnlyList<string> Files { get; } = [.. (FromGit() ?? Walk(Root)).Where(static f => File.Exists(Full(f))).Order(StringComparer.Ordinal)];

    /// <summary>The files with an extension, optionally below a folder.</summary>
    internal static IEnumerable<string> WithExtension(string extension, string below = "")
        => Files.Where(f => f.EndsWith(extension, StringComparison.Ordinal) && f.StartsWith(below, StringComparison.Ordinal));

    internal static string Text(string file) => File.ReadAllText(Full(file));

    internal static string Full(string file) => Path.Combine(Root, file);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LiveLedger.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("these tests run inside the repository");
    }

    /// <summary>Null where there is no git or no checkout (a source archive).</summary>
    private static List<string>? FromGit()
    {
        try
        {
            var start = new ProcessStartInfo("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            {
                WorkingDirectory = Root,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var git = Process.Start(start)!;
            git.ErrorDataReceived += static (_, _) => { };
            git.BeginErrorReadLine();
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? [.. output.Split('\0', StringSplitOptions.RemoveEmptyEntries)] : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static IEnumerable<string> Walk(string folder)
        => Directory.EnumerateFiles(folder).Select(static f => Path.GetRelativePath(Root, f).Replace('\\', '/'))
            .Concat(Directory.EnumerateDirectories(folder).Where(static d => !s_products.Contains(Path.GetFileName(d))).SelectMany(Walk));
}
