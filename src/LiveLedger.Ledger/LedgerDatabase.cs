using Npgsql;
using LiveLedger.Ledger.Schema;

namespace LiveLedger.Ledger;

/// <summary>The ledger's PostgreSQL (>= 15): one pool for the process. Rooms that keep projections beside the ledger use the same pool.</summary>
public sealed class LedgerDatabase : IAsyncDisposable
{
    // Within a transaction nothing is waited for: a process that was frozen there would hold its locks for ever. And one whose network was cut
    // without a word would hold its session's locks for hours (over a Unix socket these say nothing).
    private const string Bounds = "SET idle_in_transaction_session_timeout = '10s'; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3; SET tcp_user_timeout = '10s';";

    private static readonly string s_incarnation = Sql.Load("read_incarnation.sql");

    // Which database the pool's latest session was opened in, and in which the log was last checked.
    private volatile string? _seen;
    private volatile string? _checked;

    /// <summary>Takes an Npgsql connection string. Nothing is connected yet.</summary>
    public LedgerDatabase(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "liveledger",
            // Statements are few and hot: the server parses and plans each once for a connection.
            MaxAutoPrepare = 50,
            AutoPrepareMinUsages = 2,
            // Nothing here changes a session's settings or takes its locks, and the seven statements that would undo that at each return to
            // the pool cost a fifth of an append.
            NoResetOnClose = true,
        };

        var pool = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        pool.UsePhysicalConnectionInitializer(c => BeginAsync(c, default).GetAwaiter().GetResult(), c => BeginAsync(c, default));
        Source = pool.Build();

        // A session that holds a lock must not be handed back to a pool and live on there.
        settings.Pooling = false;
        settings.KeepAlive = 10;
        settings.ApplicationName = "liveledger log keeper";
        var unpooled = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        unpooled.UsePhysicalConnectionInitializer(c => BoundAsync(c, default).GetAwaiter().GetResult(), c => BoundAsync(c, default));
        Unpooled = unpooled.Build();
    }

    /// <summary>The pool.</summary>
    public NpgsqlDataSource Source { get; }

    /// <summary>Sessions of their own, for who holds a lock by one: it goes with the session, however that ends.</summary>
    public NpgsqlDataSource Unpooled { get; }

    /// <summary>False while the pool is in another database than the one in which the log was last checked: appends are refused.</summary>
    public bool IsChecked => _seen == _checked;

    /// <summary>
    /// Throws if the pool has come to another database, or to the same started anew, since the log was last checked in it. It may have been put
    /// back to an older day, and an event appended there would be answered for and lost.
    /// </summary>
    internal void RequireChecked()
    {
        if (!IsChecked)
        {
            throw LedgerUnavailableException.Opening();
        }
    }

    /// <summary>The database of this session, for <see cref="Checked"/>. Ask before checking.</summary>
    internal static async Task<string> IncarnationAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_incarnation, connection);
        return (string)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>The log was checked in this database as it is now.</summary>
    internal void Checked(string incarnation) => _checked = incarnation;

    /// <summary>Brings the ledger's own schema up to date.</summary>
    public async Task UpgradeAsync(CancellationToken cancel = default)
    {
        await using var connection = await Source.OpenConnectionAsync(cancel);
        await UpgradeAsync(connection, cancel);
    }

    internal static Task UpgradeAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        SchemaUpgrade.ApplyAsync(connection, "ledger", typeof(LedgerDatabase).Assembly, "Schema", cancel);

    // Before anybody has the session.
    private async Task BeginAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Bounds + s_incarnation, connection);
        _seen = (string)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static async Task BoundAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(Bounds, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Unpooled.DisposeAsync();
    }
}
