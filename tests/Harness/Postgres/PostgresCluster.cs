using System.Diagnostics;
using System.Globalization;
using LiveLedger.Ledger.Embedded;
using Npgsql;

namespace LiveLedger.Harness.Postgres;

/// <summary>A real PostgreSQL for tests: one cluster for each test process, one database for each test. fsync is on, as in production.</summary>
public sealed class PostgresCluster
{
    private const string Prefix = "liveledger-test-";
    private static readonly Lazy<Task<PostgresCluster>> s_shared = new(StartSharedAsync);

    private const string FilesSuffix = ".files";

    // $1: the process to outlive; $2: the cluster's folder; $3: more to delete.
    private const string Clean = """
        exec </dev/null >/dev/null 2>&1
        while kill -0 "$1"; do sleep 0.5; done
        server=$(head -n 1 "$2/cluster/postmaster.pid") && kill -QUIT "$server"
        while kill -0 "$server"; do sleep 0.1; done
        rm -rf "$2" "$3"
        """;

    private readonly EmbeddedPostgres _server;
    private readonly string _directory;
    private int _databases;

    private PostgresCluster(EmbeddedPostgres server, string directory) => (_server, _directory) = (server, directory);

    /// <summary>The cluster of this process; started at the first call, stopped and deleted when the process has ended, however that was.</summary>
    public static Task<PostgresCluster> SharedAsync() => s_shared.Value;

    /// <summary>A fresh folder of its own, reachable by the user PostgreSQL runs as. Whoever asks deletes it with <see cref="DeleteAsync"/>.</summary>
    public static string NewDirectory() =>
        Path.Combine(Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{Guid.NewGuid():n}"[..44]);

    /// <summary>Options for a cluster in <paramref name="directory"/> on the installed binaries.</summary>
    public static EmbeddedPostgresOptions OptionsFor(string directory) => new()
    {
        BinariesDirectory = PostgresBinaries.Locate(),
        DataDirectory = directory,
        MaxConnections = 300,
    };

    /// <summary>Makes an empty database and gives its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await using var source = NpgsqlDataSource.Create(_server.ConnectionString + ";Pooling=false");
        await using var make = source.CreateCommand($"CREATE DATABASE {name}");
        await make.ExecuteNonQueryAsync();
        return _server.ConnectionStringOf(name);
    }

    /// <summary>A copy of a database as it is now, and its connection string: the backup. Nobody may be connected to the original.</summary>
    public async Task<string> CopyDatabaseAsync(string connectionString)
    {
        var original = new NpgsqlConnectionStringBuilder(connectionString).Database;
        var name = string.Create(CultureInfo.InvariantCulture, $"test_{Interlocked.Increment(ref _databases)}");
        await using var source = NpgsqlDataSource.Create(_server.ConnectionString + ";Pooling=false");
        await using var make = source.CreateCommand($"CREATE DATABASE {name} TEMPLATE {original}");
        await make.ExecuteNonQueryAsync();
        return _server.ConnectionStringOf(name);
    }

    /// <summary>Puts a copy in a database's place, at the same address, while clients of it run: an older day is back.</summary>
    public async Task PutBackAsync(string connectionString, string backup)
    {
        var original = new NpgsqlConnectionStringBuilder(connectionString).Database;
        var older = new NpgsqlConnectionStringBuilder(backup).Database;
        await using var source = NpgsqlDataSource.Create(_server.ConnectionString + ";Pooling=false");
        foreach (var sql in (string[])
        [
            $"ALTER DATABASE {original} ALLOW_CONNECTIONS false",
            $"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{original}'",
            $"ALTER DATABASE {original} RENAME TO {original}_lost",
            $"ALTER DATABASE {older} RENAME TO {original}",
        ])
        {
            await using var step = source.CreateCommand(sql);
            await step.ExecuteNonQueryAsync();
        }
    }

    /// <summary>Stops what runs in <paramref name="directory"/> and deletes it.</summary>
    public static async Task DeleteAsync(string directory)
    {
        if (File.Exists(Path.Combine(directory, "cluster", "PG_VERSION")))
        {
            var found = await EmbeddedPostgres.StartAsync(OptionsFor(directory));
            await found.StopAsync();
        }

        Directory.Delete(directory, recursive: true);
    }

    /// <summary>A new folder that is deleted with the cluster.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(_directory + FilesSuffix, Guid.NewGuid().ToString("n"))).FullName;

    private static async Task<PostgresCluster> StartSharedAsync()
    {
        var directory = NewDirectory();
        var server = await EmbeddedPostgres.StartAsync(OptionsFor(directory));
        Directory.CreateDirectory(directory + FilesSuffix);

        // The server outlives its parent by design, and a test process may be killed at any time: a shell outside of it cleans up.
        using var cleaner = Process.Start("setsid", ["-f", "sh", "-c", Clean, "sh", $"{Environment.ProcessId}", directory, directory + FilesSuffix]);
        await cleaner.WaitForExitAsync();
        return new(server, directory);
    }
}
