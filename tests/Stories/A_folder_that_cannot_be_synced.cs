using System.Net;
using System.Runtime.Versioning;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using Npgsql;

namespace LiveLedger.Stories;

/// <summary>
/// A file whose name is not on disk is lost in a power cut with all that is in it. No test here cuts the power; what can be seen is that nothing is
/// promised on a folder that takes files and cannot be synced, because the program may not open it.
/// </summary>
[SupportedOSPlatform("linux")]
public sealed class A_folder_that_cannot_be_synced(OneServer one)
{
    [Fact]
    public async Task A_renewal_is_not_given_while_the_spools_folder_cannot_be_synced_and_is_as_soon_as_it_can()
    {
        var database = await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        OpenToAnybody(database);
        await using var server = await ServerProcess.StartAsync(database, heedsModes: true);
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var key = await broadcast.KeyIdAsync("0");
        var viewer = await Viewer.ComeAsync(broadcast, "ann");
        await viewer.EntitleAsync();
        // The first is in the ledger, not in the spool.
        Assert.Equal(HttpStatusCode.OK, (await viewer.AskAsync(key)).StatusCode);

        var spool = Path.Combine(server.Data, "licensing", "spool");
        var mode = File.GetUnixFileMode(spool);
        File.SetUnixFileMode(spool, UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var refused = await viewer.AskAsync(key);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("\"spool-unwritable\"", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        // It was not for want of the file.
        Assert.True(File.Exists(Path.Combine(spool, "0000000000000001.spool")));

        File.SetUnixFileMode(spool, mode);
        Assert.Equal(HttpStatusCode.OK, (await viewer.AskAsync(key)).StatusCode);
    }

    // The cluster's socket is for its own user, and for root as long as root may do anything.
    private static void OpenToAnybody(string database)
    {
        const UnixFileMode PassOn = UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        var sockets = new NpgsqlConnectionStringBuilder(database).Host!;
        foreach (var folder in (string[])[sockets, Path.GetDirectoryName(sockets)!])
        {
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | PassOn);
        }

        foreach (var socket in Directory.GetFileSystemEntries(sockets, ".s.PGSQL.*").Where(static name => !name.EndsWith(".lock", StringComparison.Ordinal)))
        {
            File.SetUnixFileMode(socket, File.GetUnixFileMode(socket) | UnixFileMode.OtherRead | UnixFileMode.OtherWrite);
        }
    }
}
