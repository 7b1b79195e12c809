using System.Diagnostics;
using System.Text;

namespace LiveLedger.Ledger.Embedded;

/// <summary>A cluster in its folder, and its server's process: made, configured, launched and stopped by PostgreSQL's own programs.</summary>
internal sealed class EmbeddedCluster(EmbeddedPostgresOptions options, ServerUser user)
{
    /// <summary>Who connects, and the database of theirs.</summary>
    public const string Role = "liveledger";

    private const string SocketFile = "/.s.PGSQL.5432";

    // sun_path holds 107 characters and an end; some are left for tools that add a suffix.
    private const int LongestSocketPath = 100;

    /// <summary>The server that runs on it, if any.</summary>
    public PostmasterFile? Live => PostmasterFile.Live(Folder);

    /// <summary>The folder of its socket; empty before the first launch.</summary>
    public string Socket { get; private set; } = "";

    /// <summary>What its server has to say.</summary>
    public string LogFile { get; } = Path.Combine(options.DataDirectory, "server.log");

    private string Folder { get; } = Path.Combine(options.DataDirectory, "cluster");

    /// <summary>Makes it if there is none, and looks whether these programs can run it.</summary>
    public async Task PrepareAsync(CancellationToken cancel)
    {
        await user.OwnAsync(options.DataDirectory, cancel);
        if (!File.Exists(Path.Combine(Folder, "PG_VERSION")))
        {
            await InitialiseAsync(cancel);
        }

        var version = (await File.ReadAllTextAsync(Path.Combine(Folder, "PG_VERSION"), cancel)).Trim();
        await PostgresBinaries.RequireSameMajorAsync(options.BinariesDirectory, version, user, cancel);
    }

    /// <summary>Starts a server on it; <see cref="WaitReadyAsync"/> waits for it.</summary>
    public async Task LaunchAsync(CancellationToken cancel)
    {
        // After a crash the same as before: clients hold its address.
        Socket = Directory.Exists(Socket) ? Socket : await SocketDirectoryAsync(cancel);
        var users = new StringBuilder();
        foreach (var name in user.Names)
        {
            users.Append("liveledger \"").Append(name.Replace("\"", "\"\"")).Append("\" ").Append(Role).Append('\n');
        }

        await user.WriteAsync(Path.Combine(Folder, "pg_hba.conf"), "local all all peer map=liveledger\n", cancel);
        await user.WriteAsync(Path.Combine(Folder, "pg_ident.conf"), users.ToString(), cancel);
        await user.WriteAsync(Path.Combine(Folder, "postgresql.conf"), Settings(), cancel);

        // Files of a dead server may carry the number of a living stranger, or of that server itself as long as nobody has taken note of its
        // end, and then PostgreSQL would not start. Removing them is safe: a server that really runs in this cluster is seen by PostgreSQL
        // itself, by its shared memory, and the folder of the socket is ours alone.
        await user.RunAsync("rm", ["-f", "--", Path.Combine(Folder, PostmasterFile.Name), Socket + SocketFile + ".lock"], null, cancel);
        await user.TryRunAsync("mv", ["-f", LogFile, LogFile + ".1"], null, cancel);

        // pg_ctl detaches the server from our session: Ctrl-C at the terminal stops us first, and we stop it.
        var ended = await user.TryRunAsync(Program("pg_ctl"), ["start", "-D", Folder, "-l", LogFile, "-W", "-s"], null, cancel);
        ServerUser.Require(ended, "PostgreSQL did not start");
    }

    /// <summary>Waits until the server says that it is ready. After a crash of one of its processes it says so too early.</summary>
    public async Task WaitReadyAsync(CancellationToken cancel)
    {
        var seen = Stopwatch.StartNew();
        while (true)
        {
            if (Live is { } live)
            {
                seen.Restart();
                if (live.Ready)
                {
                    Socket = live.SocketDirectory;
                    return;
                }
            }
            else if (seen.Elapsed > TimeSpan.FromSeconds(5))
            {
                // It never wrote its file, or it ended during start-up.
                var log = (await user.TryRunAsync("tail", ["-n", "5", LogFile], null, cancel)).Output;
                ServerUser.Require(new(1, log), "PostgreSQL did not start");
            }

            await Task.Delay(20, cancel);
        }
    }

    /// <summary>Stops the server in its fast mode, and takes away the socket's folder if it is not among the data.</summary>
    public async Task StopAsync(CancellationToken cancel)
    {
        if (Live is not null)
        {
            var ended = await user.TryRunAsync(Program("pg_ctl"),
                ["stop", "-D", Folder, "-m", "fast", "-w", "-t", $"{options.Patience.TotalSeconds:0}"], null, cancel);
            // Somebody else may have stopped it between the look and the command.
            if (Live is not null)
            {
                ServerUser.Require(ended, "PostgreSQL did not stop");
            }
        }

        if (!Socket.StartsWith(options.DataDirectory, StringComparison.Ordinal))
        {
            await user.TryRunAsync("rmdir", [Socket], null, cancel);
        }
    }

    private async Task InitialiseAsync(CancellationToken cancel)
    {
        // A crash in here leaves "cluster.new", which the next start throws away: "cluster" appears by one rename, whole and synced (initdb
        // syncs what it writes).
        var fresh = Folder + ".new";
        await user.RunAsync("rm", ["-rf", "--", fresh], null, cancel);
        await user.RunAsync(Program("initdb"),
            ["-D", fresh, "-U", Role, "-E", "UTF8", "--locale=C", "--auth-local=peer", "--auth-host=reject", "--no-instructions"], null, cancel);
        await user.RunAsync("mv", ["-T", fresh, Folder], null, cancel);
    }

    private string Settings() => $"""
        # Written at every start; changes here do not last.
        listen_addresses = ''
        unix_socket_directories = '{Socket.Replace("'", "''")}'
        unix_socket_permissions = 0700
        max_connections = {options.MaxConnections}
        fsync = on
        synchronous_commit = on
        shared_buffers = 256MB
        # A new WAL file is 16 MB of zeros and an fsync that appends wait for, so used ones are kept for the next burst.
        min_wal_size = 512MB
        max_wal_size = 2GB
        jit = off
        timezone = 'UTC'
        log_timezone = 'UTC'
        # Statements and their values stay out of the log.
        log_min_error_statement = panic
        log_min_messages = warning
        log_checkpoints = off

        """;

    private async Task<string> SocketDirectoryAsync(CancellationToken cancel)
    {
        var beside = Path.Combine(options.DataDirectory, "socket");
        if (Encoding.UTF8.GetByteCount(beside + SocketFile) <= LongestSocketPath)
        {
            await user.RunAsync("mkdir", ["-p", "-m", "700", "--", beside], null, cancel);
            return beside;
        }

        // mktemp -d makes it 0700 and new, so nobody can have been there first.
        return (await user.RunAsync("mktemp", ["-d", "/tmp/liveledger-XXXXXXXXXX"], null, cancel)).Output.Trim();
    }

    private string Program(string name) => Path.Combine(options.BinariesDirectory, name);
}
