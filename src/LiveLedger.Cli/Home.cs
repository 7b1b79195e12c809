namespace LiveLedger.Cli;

/// <summary>Where things lie on this machine.</summary>
internal static class Home
{
    /// <summary>Data that outlives the clone: the launcher's LIVELEDGER_HOME, or what it would have said.</summary>
    internal static string Directory =>
        Environment.GetEnvironmentVariable("LIVELEDGER_HOME") is { Length: > 0 } set ? set
        : Environment.IsPrivilegedProcess ? "/var/lib/liveledger"
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "share", "liveledger");

    /// <summary>The clone's root: the folder that holds LiveLedger.slnx.</summary>
    internal static string? Repository { get; } = FindRepository();

    /// <summary>The server's assembly: LIVELEDGER_SERVER_DLL (an installation without sources), or the clone's Release build.</summary>
    internal static string ServerAssembly =>
        Environment.GetEnvironmentVariable("LIVELEDGER_SERVER_DLL") is { Length: > 0 } set ? set
        : Path.Combine(Repository ?? AppContext.BaseDirectory, "src/LiveLedger.Server/bin/Release/net10.0/LiveLedger.Server.dll");

    private static string? FindRepository()
    {
        if (Environment.GetEnvironmentVariable("LIVELEDGER_ROOT") is { Length: > 0 } set)
        {
            return set;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "LiveLedger.slnx")))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
