namespace LiveLedger.Harness;

/// <summary>Where the tests run: the clone, and the shared test data that may stand beside it.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds the solution.</summary>
    public static string Path { get; } = Find();

    /// <summary>The shared test data, or null where there is none: tests that need it report themselves skipped.</summary>
    public static string? Shared { get; } =
        Environment.GetEnvironmentVariable("LIVELEDGER_SHARED") is { Length: > 0 } named ? named
        : Directory.Exists(System.IO.Path.Combine(Path, "..", "shared")) ? System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, "..", "shared"))
        : null;

    /// <summary>Thirty seconds of real video, or null where there is none.</summary>
    public static string? RealVideo =>
        Shared is { } shared && System.IO.Path.Combine(shared, "media", "bbb-480p-30s.mp4") is var file && File.Exists(file) ? file : null;

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "LiveLedger.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("the tests do not run within a clone");
    }
}
