namespace LiveLedger.Vectors;

/// <summary>Third-party files that lie beside the repository and not in it.</summary>
internal static class SharedFiles
{
    /// <summary>The folder; the calling test is skipped where there is none.</summary>
    internal static string FolderOrSkip(string relative)
    {
        var shared = Environment.GetEnvironmentVariable("LIVELEDGER_SHARED");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); shared is null && folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LiveLedger.slnx")))
            {
                shared = Path.Combine(folder.FullName, "..", "shared");
            }
        }

        var path = Path.Combine(shared ?? "", relative);
        Assert.SkipUnless(Directory.Exists(path), $"shared/{relative} is not here (set LIVELEDGER_SHARED to the folder that holds it)");
        return path;
    }
}
