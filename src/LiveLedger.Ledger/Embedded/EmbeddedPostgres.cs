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
    private readonly TimeSpan _patience;
    private readonly EmbeddedCluster _cluster;
    private bool _stopped;

    private EmbeddedPostgres(EmbeddedPostgresOptions options)
    {
        _patience = options.Patience;
        _cluster = new(options with { DataDirectory = Path.GetFullPath(options.DataDirectory) }, ServerUser.Current());
    }

    /// <summary>Npgsql connection string of the database <c>liveledger</c>.</summary>
    public string ConnectionString => ConnectionStringOf(EmbeddedCluster.Role);

    /// <summary>True if a server of an earlier process was found running and taken over.</summary>
    public bool Adopted { get; private set; }

    /// <summary>The postmaster's process number.</summary>
    public int ProcessId => _cluster.Live?.ProcessId ?? 0;

    /// <summary>Makes the cluster if there is none, adopts its running server or starts one, and returns when it takes connections.</summary>
    /// <exception cref="EmbeddedPostgresException">It cannot run here; the message says why.</exception>
    public static async Task<EmbeddedPostgres> StartAsync(EmbeddedPostgresOptions options, CancellationToken cancel = default)
    {
        PostgresBinaries.Require(options.BinariesDirectory);
        var server = new EmbeddedPostgres(options);
        await server.WithinPatienceAsync(server.StartAsync, cancel);
        return server;
    }

    /// <summary>Starts the server again if it has ended without having been stopped. Does nothing while it runs.</summary>
    /// <returns>True if it was started, and takes connections again.</returns>
    /// <exception cref="EmbeddedPostgresException">It does not start; it may at a later call.</exception>
    public async Task<bool> RestartIfEndedAsync(CancellationToken cancel = default)
    {
        if (_stopped || _cluster.Live is not null)
        {
            return false;
        }

        await WithinPatienceAsync(RelaunchAsync, cancel);
        return true;
    }

    /// <summary>Stops the server in its fast mode: open transactions are rolled back, what is committed stays. The data stay.</summary>
    public async Task StopAsync(CancellationToken cancel = default)
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        await _cluster.StopAsync(cancel);
    }

    /// <summary>As <see cref="StopAsync"/>.</summary>
    public async ValueTask DisposeAsync() => await StopAsync();

    /// <summary>Npgsql connection string of another database of this server.</summary>
    public string ConnectionStringOf(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = _cluster.Socket,
        Username = EmbeddedCluster.Role,
        Database = database,
    }.ConnectionString;

    private async Task WithinPatienceAsync(Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(_patience);
        try
        {
            await work(patience.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new EmbeddedPostgresException("postgres-failed",
                $"PostgreSQL took no connections within {_patience.TotalSeconds:0} s; its log is {_cluster.LogFile}");
        }
    }

    private async Task StartAsync(CancellationToken cancel)
    {
        await _cluster.PrepareAsync(cancel);
        if (_cluster.Live is not null)
        {
            Adopted = true;
        }
        else
        {
            await _cluster.LaunchAsync(cancel);
        }

        try
        {
            await WaitReadyAsync(cancel);
        }
        catch (EmbeddedPostgresException e) when (e.Message.Contains("is still in use", StringComparison.Ordinal))
        {
            // Processes of a server that was killed a moment ago still held its memory. They end by themselves.
            await RelaunchAsync(cancel);
        }
    }

    private async Task RelaunchAsync(CancellationToken cancel)
    {
        await _cluster.LaunchAsync(cancel);
        await WaitReadyAsync(cancel);
    }

    private async Task WaitReadyAsync(CancellationToken cancel)
    {
        await _cluster.WaitReadyAsync(cancel);
        while (!await TryMakeDatabaseAsync(cancel))
        {
            if (_cluster.Live is null)
            {
                // It was dying when it was found: a process that is killed has its folder, and its file says "ready", until it is gone.
                Adopted = false;
                await _cluster.LaunchAsync(cancel);
                await _cluster.WaitReadyAsync(cancel);
            }

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
            Parameters = { new() { Value = EmbeddedCluster.Role } },
        };
        if (await look.ExecuteScalarAsync(cancel) is not null)
        {
            return;
        }

        try
        {
            await using var make = new NpgsqlCommand($"CREATE DATABASE {EmbeddedCluster.Role}", connection);
            await make.ExecuteNonQueryAsync(cancel);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process of ours that adopted the same server was first.
        }
    }
}
