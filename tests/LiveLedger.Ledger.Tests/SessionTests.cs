using System.Runtime.Versioning;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger.Embedded;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

/// <summary>What PostgreSQL has in force for the ledger's sessions over TCP: over a Unix socket it has no such settings, and says 0.</summary>
[SupportedOSPlatform("linux")]
public sealed class SessionTests : IAsyncLifetime
{
    private readonly string _address = $"127.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(256)}.{Random.Shared.Next(1, 255)}";
    private readonly string _directory = PostgresCluster.NewDirectory();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(_directory))
        {
            await PostgresCluster.DeleteAsync(_directory);
        }
    }

    [Fact]
    public async Task No_session_outlives_a_network_that_was_cut_or_a_process_that_was_frozen_for_long()
    {
        await using var database = new LedgerDatabase(await ListenAsync());
        foreach (var source in (NpgsqlDataSource[])[database.Source, database.Unpooled])
        {
            await using (var session = await source.OpenConnectionAsync())
            {
                await RequireBoundAsync(session);
            }

            // The pool makes new ones for those who do not await as well.
            source.Clear();
            await using var opened = source.OpenConnection();
            await RequireBoundAsync(opened);
        }
    }

    private async Task RequireBoundAsync(NpgsqlConnection session)
    {
        await using var show = new NpgsqlCommand("""
            SELECT concat_ws(' ', host(inet_server_addr()), current_setting('tcp_keepalives_idle'), current_setting('tcp_keepalives_interval'),
                current_setting('tcp_keepalives_count'), current_setting('tcp_user_timeout'), current_setting('idle_in_transaction_session_timeout'))
            """, session);
        Assert.Equal($"{_address} 5 2 3 10000 10s", await show.ExecuteScalarAsync());
    }

    // A server of its own, which is told to listen at its second start. Its port is that of any PostgreSQL, its address hardly that of another.
    private async Task<string> ListenAsync()
    {
        await using (var first = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory)))
        {
            await ExecuteAsync(first.ConnectionString, $"ALTER SYSTEM SET listen_addresses = '{_address}'");
        }

        var second = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
        await File.AppendAllTextAsync(Path.Combine(_directory, "cluster", "pg_hba.conf"), "host all all 127.0.0.0/8 trust\n");
        await ExecuteAsync(second.ConnectionString, "SELECT pg_reload_conf()");
        return new NpgsqlConnectionStringBuilder(second.ConnectionString) { Host = _address }.ConnectionString;
    }

    private static async Task ExecuteAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
