using System.Diagnostics;
using System.Text;
using Npgsql;

namespace LiveLedger.Ledger.Embedded;

/// <summary>
/// A PostgreSQL of our own for machines without one: made, started, adopted and stopped here. It listens on a Unix socket in a 0700
/// folder and nowhere else; the kernel says who connects (peer authentication), so there is no password to keep.
/// </summary>
/// <remarks>
/// The server is not our child: it stays when this process dies, and the next start adopts it. That is on purpose. Killing it with us would
/// turn every crash of ours into a recovery of its own.
/// </remarks>
public sealed class EmbeddedPostgres : IAsyncDisposable
{
    private const string Role = "liveledger";
    private const string SocketFile = "/.s.PGSQL.5432";

    // sun_path holds 107 characters and an end; some are left for tools that add a suffix.
    private const int LongestSocketPath = 100;

    private readonly EmbeddedPostgresOptions _options;
    private readonly ServerUser _user;
    private readonly string _cluster;
    private string _socket = "";
    private bool _stopped;

    private EmbeddedPostgres(EmbeddedPostgresOptions options, ServerUser user)
    {
        _options = options with { DataDirectory = Path.GetFullPath(options.DataDirectory) };
        _user = user;
        _cluster = Path.Combine(_options.DataDirectory, "cluster");
    }

    /// <summary>Npgsql connection string of the database <c>liveledger</c>.</summary>
    public string ConnectionString => ConnectionStringOf(Role);

    /// <summary>True if a server of an earlier process was found running and taken over.</summary>
    public bool Adopted { get; private set; }

    /// <summary>The postmaster's process number.</summary>
    public int ProcessId => PostmasterFile.Live(_cluster)?.ProcessId ?? 0;

    private string LogFile => Path.Combine(_options.DataDirectory, "server.log");

    /// <summary>Makes the cluster if there is none, adopts its running server or starts one, and returns when it takes connections.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot run here; the message says why.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancel = default)
    {
        PostgresBinaries.Require(options.BinariesDirectory);
        var server = new EmbeddedPostgres(options, ServerUser.Current());
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(options.Patience);
        try
        {
            await server.StartAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new EmbeddedPostgresException("postgres-failed",
                $"PostgreSQL took no connections within {options.Patience.TotalSeconds:0} s; its log is {server.LogFile}");
        }

        return server;
    }

    /// <summary>Starts the server again if it has ended without having been stopped. Does nothing while it runs.</summary>
    /// <returns>True if it was started, and takes connections again.</returns>
    /// <exception cref="EmbeddedPostgresException">It does not start; it may at a later call.</exception>
    public async Task<bool> RestartIfEndedAsync(CancellationToken cancel = default)
    {
        if (_stopped || PostmasterFile.Live(_cluster) is not null)
        {
            return false;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(_options.Patience);
        try
        {
            await LaunchAsync(patience.Token);
            await WaitReadyAsync(patience.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new EmbeddedPostgresException("postgres-failed",
                $"PostgreSQL took no connections within {_options.Patience.TotalSeconds:0} s; its log is {LogFile}");
        }
    }

    /// <summary>Stops the server in its fast mode: open transactions are rolled back, what is committed stays. The data stay.</summary>
    public async Task StopAsync(CancellationToken cancel = default)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        if (PostmasterFile.Live(_cluster) is not null)
        {
            var ended = await _user.TryRunAsync(Program("pg_ctl"),
                ["stop", "-D", _cluster, "-m", "fast", "-w", "-t", $"{_options.Patience.TotalSeconds:0}"], null, cancel);
            // Somebody else may have stopped it between the look and the command.
            if (PostmasterFile.Live(_cluster) is not null)
            {
                ServerUser.Require(ended, "PostgreSQL did not stop");
            }
        }

        if (!_socket.StartsWith(_options.DataDirectory, StringComparison.Ordinal))
        {
            await _user.TryRunAsync("rmdir", [_socket], null, cancel);
        }
    }

    /// <summary>As <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Npgsql connection string of another database of this server.</summary>
    public string ConnectionStringOf(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = _socket,
        Username = Role,
        Database = database,
    }.ConnectionString;

    private async Task StartAsync(CancellationToken cancel)
    {
        await _user.OwnAsync(_options.DataDirectory, cancel);
        if (!File.Exists(Path.Combine(_cluster, "PG_VERSION")))
        {
            await InitialiseAsync(cancel);
        }

        var version = (await File.ReadAllTextAsync(Path.Combine(_cluster, "PG_VERSION"), cancel)).Trim();
        await PostgresBinaries.RequireSameMajorAsync(_options.BinariesDirectory, version, _user, cancel);

        if (PostmasterFile.Live(_cluster) is not null)
        {
            Adopted = true;
        }
        else
        {
            await LaunchAsync(cancel);
        }

        try
        {
            await WaitReadyAsync(cancel);
        }
        catch (EmbeddedPostgresException e) when (e.Message.Contains("is still in use", StringComparison.Ordinal))
        {
            // Processes of a server that was killed a moment ago still held its memory. They end by themselves.
            await LaunchAsync(cancel);
            await WaitReadyAsync(cancel);
        }
    }

    private async Task InitialiseAsync(CancellationToken cancel)
    {
        // A crash in here leaves "cluster.new", which the next start throws away: "cluster" appears by one rename, whole and synced (initdb
        // syncs what it writes).
        var fresh = _cluster + ".new";
        await _user.RunAsync("rm", ["-rf", "--", fresh], null, cancel);
        await _user.RunAsync(Program("initdb"),
            ["-D", fresh, "-U", Role, "-E", "UTF8", "--locale=C", "--auth-local=peer", "--auth-host=reject", "--no-instructions"], null, cancel);
        await _user.RunAsync("mv", ["-T", fresh, _cluster], null, cancel);
    }

    private async Task LaunchAsync(CancellationToken cancel)
    {
        // After a crash the same as before: clients hold its address.
        _socket = Directory.Exists(_socket) ? _socket : await SocketDirectoryAsync(cancel);
        var users = new StringBuilder();
        foreach (var name in _user.Names)
        {
            users.Append("liveledger \"").Append(name.Replace("\"", "\"\"")).Append("\" ").Append(Role).Append('\n');
        }

        await _user.WriteAsync(Path.Combine(_cluster, "pg_hba.conf"), "local all all peer map=liveledger\n", cancel);
        await _user.WriteAsync(Path.Combine(_cluster, "pg_ident.conf"), users.ToString(), cancel);
        await _user.WriteAsync(Path.Combine(_cluster, "postgresql.conf"), Settings(), cancel);

        // Files of a dead server may carry the number of a living stranger, or of that server itself as long as nobody has taken note of its
        // end, and then PostgreSQL would not start. Removing them is safe: a server that really runs in this cluster is seen by PostgreSQL
        // itself, by its shared memory, and the folder of the socket is ours alone.
        await _user.RunAsync("rm", ["-f", "--", Path.Combine(_cluster, PostmasterFile.Name), _socket + SocketFile + ".lock"], null, cancel);
        await _user.TryRunAsync("mv", ["-f", LogFile, LogFile + ".1"], null, cancel);

        // pg_ctl detaches the server from our session: Ctrl-C at the terminal stops us first, and we stop it.
        var ended = await _user.TryRunAsync(Program("pg_ctl"), ["start", "-D", _cluster, "-l", LogFile, "-W", "-s"], null, cancel);
        ServerUser.Require(ended, "PostgreSQL did not start");
    }

    private string Settings() => $"""
        # Written at every start; changes here do not last.
        listen_addresses = ''
        unix_socket_directories = '{_socket.Replace("'", "''")}'
        unix_socket_permissions = 0700
        max_connections = {_options.MaxConnections}
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
        var beside = Path.Combine(_options.DataDirectory, "socket");
        if (Encoding.UTF8.GetByteCount(beside + SocketFile) <= LongestSocketPath)
        {
            await _user.RunAsync("mkdir", ["-p", "-m", "700", "--", beside], null, cancel);
            return beside;
        }

        // mktemp -d makes it 0700 and new, so nobody can have been there first.
        return (await _user.RunAsync("mktemp", ["-d", "/tmp/liveledger-XXXXXXXXXX"], null, cancel)).Output.Trim();
    }

    private async Task WaitReadyAsync(CancellationToken cancel)
    {
        var seen = Stopwatch.StartNew();
        while (true)
        {
            if (PostmasterFile.Live(_cluster) is { } live)
            {
                seen.Restart();
                if (live.Ready)
                {
                    _socket = live.SocketDirectory;
                    break;
                }
            }
            else if (seen.Elapsed > TimeSpan.FromSeconds(5))
            {
                // It never wrote its file, or it ended during start-up.
                var log = (await _user.TryRunAsync("tail", ["-n", "5", LogFile], null, cancel)).Output;
                ServerUser.Require(new(1, log), "PostgreSQL did not start");
            }

            await Task.Delay(20, cancel);
        }

        while (!await TryMakeDatabaseAsync(cancel))
        {
            await Task.Delay(50, cancel);
        }
    }

    // False while it recovers: after a crash of one of its processes the server takes no connections, and its file goes on saying "ready".
    private async Task<bool> TryMakeDatabaseAsync(CancellationToken cancel)
    {
        try
        {
            await MakeDatabaseAsync(cancel);
            return true;
        }
        catch (NpgsqlException e) when (e is not PostgresException { SqlState: not ['5', '7', 'P', ..] })
        {
            return false;
        }
    }

    private async Task MakeDatabaseAsync(CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(ConnectionStringOf("postgres")) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancel);
        await using var look = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection)
        {
            Parameters = { new() { Value = Role } },
        };
        if (await look.ExecuteScalarAsync(cancel) is not null)
        {
            return;
        }

        try
        {
            await using var make = new NpgsqlCommand($"CREATE DATABASE {Role}", connection);
            await make.ExecuteNonQueryAsync(cancel);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process of ours that adopted the same server was first.
        }
    }

    private string Program(string name) => Path.Combine(_options.BinariesDirectory, name);
}
