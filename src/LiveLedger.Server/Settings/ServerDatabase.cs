using System.Diagnostics;
using LiveLedger.Ledger.Embedded;
using Npgsql;

namespace LiveLedger.Server.Settings;

/// <summary>The PostgreSQL of this run: the one named by <c>--database</c>, or the embedded one, started before and stopped after everything else.</summary>
internal sealed class ServerDatabase : IAsyncDisposable
{
    private static readonly TimeSpan s_firstAnswer = TimeSpan.FromSeconds(10);

    private readonly EmbeddedPostgres? _embedded;

    private ServerDatabase(string connectionString, EmbeddedPostgres? embedded) => (ConnectionString, _embedded) = (connectionString, embedded);

    public string ConnectionString { get; }

    /// <summary>The database that runs with this server; null if it is somebody else's.</summary>
    public EmbeddedPostgres? Embedded => _embedded;

    /// <summary>Starts the embedded database if no other is named; either way it has answered once when this returns.</summary>
    public static async Task<ServerDatabase> StartAsync(ServerSettings settings, DataFolder data)
    {
        var database = settings.Database is { } named ? new ServerDatabase(Checked(named), null) : await StartEmbeddedAsync(data);
        try
        {
            await database.AnswerAsync();
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        if (_embedded is not null)
        {
            await _embedded.DisposeAsync();
        }
    }

    private static string Checked(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString) { IncludeErrorDetail = false }.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // The message of the parser may quote the password.
            throw new StartFailure("settings-invalid", "--database is not an Npgsql connection string, as in Host=db;Username=liveledger;Database=liveledger");
        }
    }

    private static async Task<ServerDatabase> StartEmbeddedAsync(DataFolder data)
    {
        try
        {
            var embedded = await EmbeddedPostgres.StartAsync(new() { BinariesDirectory = PostgresBinaries.Locate(), DataDirectory = data.Postgres });
            return new(embedded.ConnectionString, embedded);
        }
        catch (EmbeddedPostgresException e)
        {
            throw new StartFailure(e.Code, e.Message);
        }
    }

    private async Task AnswerAsync()
    {
        var target = new NpgsqlConnectionStringBuilder(ConnectionString);
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Timeout = 5, Pooling = false }.ConnectionString);
                await connection.OpenAsync();
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException)
            {
                // A wrong password or database stays wrong; only a server that is still starting is waited for.
                if (waiting.Elapsed > s_firstAnswer || e is PostgresException { SqlState: not PostgresErrorCodes.CannotConnectNow })
                {
                    throw new StartFailure("database-unreachable", $"PostgreSQL at {target.Host}:{target.Port}, database {target.Database}, does not let us in: {e.Message}");
                }

                await Task.Delay(500);
            }
        }
    }
}
