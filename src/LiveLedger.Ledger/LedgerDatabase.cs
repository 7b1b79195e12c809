using Npgsql;
using LiveLedger.Ledger.Schema;

namespace LiveLedger.Ledger;

/// <summary>The ledger's PostgreSQL (>= 15): one pool for the process. Rooms that keep projections beside the ledger use the same pool.</summary>
public sealed class LedgerDatabase : IAsyncDisposable
{
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

        // Between the statements of an append nothing is waited for. A process that was frozen there would hold its stream's row for ever.
        var own = settings.Options;
        settings.Options = $"{own} -c idle_in_transaction_session_timeout=10s".TrimStart();
        Source = NpgsqlDataSource.Create(settings);
        settings.Options = own;

        // A session that holds a lock must not be handed back to a pool and live on there.
        settings.Pooling = false;
        settings.KeepAlive = 10;
        settings.ApplicationName = "liveledger log keeper";
        Unpooled = NpgsqlDataSource.Create(settings);
    }

    /// <summary>The pool.</summary>
    public NpgsqlDataSource Source { get; }

    internal NpgsqlDataSource Unpooled { get; }

    /// <summary>Brings the ledger's own schema up to date.</summary>
    public async Task UpgradeAsync(CancellationToken cancel = default)
    {
        await using var connection = await Source.OpenConnectionAsync(cancel);
        await UpgradeAsync(connection, cancel);
    }

    internal static Task UpgradeAsync(NpgsqlConnection connection, CancellationToken cancel) =>
        SchemaUpgrade.ApplyAsync(connection, "ledger", typeof(LedgerDatabase).Assembly, "Schema", cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await Unpooled.DisposeAsync();
    }
}
