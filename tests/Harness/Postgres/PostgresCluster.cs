using System.Globalization;
using LiveLedger.Ledger.Embedded;
using Npgsql;

namespace LiveLedger.Harness.Postgres;

/// <summary>A real PostgreSQL for tests: one cluster for each test process, one database for each test. fsync is on, as in production.</summary>
public sealed class PostgresCluster
{
    private const string Prefix = "liveledger-test-";
    private static readonly Lazy<Task<PostgresCluster>> s_shared = new(StartSharedAsync);

    private readonly EmbeddedPostgres _server;
    private int _databases;

    private PostgresCluster(EmbeddedPostgres server) => _server = server;

    /// <summary>The cluster of this process; started at the first call, stopped and deleted when the process ends.</summary>
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

    private static async Task<PostgresCluster> StartSharedAsync()
    {
        await SweepAsync();
        var directory = NewDirectory();
        var server = await EmbeddedPostgres.StartAsync(OptionsFor(directory));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Task.Run(async () =>
        {
            await server.StopAsync();
            Directory.Delete(directory, recursive: true);
        }).Wait(TimeSpan.FromSeconds(30));
        return new(server);
    }

    // Clusters outlive a killed test process by design of the embedded server; the next run takes them away.
    private static async Task SweepAsync()
    {
        foreach (var directory in Directory.GetDirectories(Path.GetTempPath(), Prefix + "*"))
        {
            var owner = Path.GetFileName(directory)[Prefix.Length..].Split('-')[0];
            if (!Directory.Exists($"/proc/{owner}"))
            {
                try
                {
                    await DeleteAsync(directory);
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException or EmbeddedPostgresException)
                {
                    // Another test process sweeps too, or it belongs to another user.
                }
            }
        }
    }
}
