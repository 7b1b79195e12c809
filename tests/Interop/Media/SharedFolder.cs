namespace LiveLedger.Interop.Media;

/// <summary>The folder of shared material beside the repository, where there is one.</summary>
internal static class SharedFolder
{
    /// <summary>The real film, or null where it is absent.</summary>
    public static string? Film => Find("media/bbb-480p-30s.mp4");

    private static string? Find(string name)
    {
        var folder = Environment.GetEnvironmentVariable("LIVELEDGER_SHARED") ?? BesideRepository();
        var file = folder is null ? null : Path.Combine(folder, name);
        return File.Exists(file) ? file : null;
    }

    private static string? BesideRepository()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "LiveLedger.slnx")))
            {
                return Path.Combine(at.FullName, "..", "shared");
            }
        }

        return null;
    }
}
