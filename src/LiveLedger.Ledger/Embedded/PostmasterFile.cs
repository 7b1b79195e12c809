using System.Globalization;

namespace LiveLedger.Ledger.Embedded;

/// <summary>What <c>postmaster.pid</c> says of the server that holds a cluster (PostgreSQL: miscadmin.h, LOCK_FILE_LINE_*).</summary>
/// <param name="ProcessId">The postmaster's process.</param>
/// <param name="SocketDirectory">Where its socket is; empty while it starts.</param>
/// <param name="Ready">True once it takes connections.</param>
internal readonly record struct PostmasterFile(int ProcessId, string SocketDirectory, bool Ready)
{
    /// <summary>The file's name inside a cluster.</summary>
    public const string Name = "postmaster.pid";

    /// <summary>
    /// The live server of the cluster, or null if there is none. A server that outlived kill -9 of its parent is live; a file left by a
    /// power cut is not, even where its process number now belongs to somebody else: the postmaster's working directory is its cluster.
    /// </summary>
    public static PostmasterFile? Live(string cluster)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(cluster, Name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        if (lines.Length == 0 || !int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var process))
        {
            return null;
        }

        var home = new FileInfo($"/proc/{process}/cwd");
        return home.LinkTarget is { } target && target == Path.TrimEndingDirectorySeparator(cluster)
            ? new(process, lines.Length > 4 ? lines[4].Trim() : "", lines.Length > 7 && lines[7].Trim() == "ready")
            : null;
    }
}
