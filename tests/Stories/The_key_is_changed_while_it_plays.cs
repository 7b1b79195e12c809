using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using LiveLedger.Cryptography.Wrapping;
using LiveLedger.Harness.Commands;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>The key-encryption key is changed under a live broadcast, and the program that does it is killed on its way.</summary>
public sealed class The_key_is_changed_while_it_plays(OneServer one)
{
    private const int Viewers = 40;

    [Fact]
    public async Task A_rotation_that_is_killed_and_run_again_stops_nobody()
    {
        var cluster = await PostgresCluster.SharedAsync();
        await using var server = await ServerProcess.StartAsync(await cluster.CreateDatabaseAsync());
        var keys = Path.Combine(server.Data, "keys");
        var old = await File.ReadAllBytesAsync(Path.Combine(keys, "kek"));
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        for (var i = 0; i < Viewers; i++)
        {
            await (await Viewer.ComeAsync(broadcast, $"viewer-{i}")).EntitleAsync();
        }

        // Killed at three places, wherever they are.
        foreach (var wait in (int[])[350, 600, 900])
        {
            using var killed = Process.Start(new ProcessStartInfo("dotnet", [CommandLine.Program, "keys", "rotate", "--data", server.Data]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            await Task.Delay(wait);
            killed.Kill();
            await killed.WaitForExitAsync();
            await PlayAsync(broadcast, $"between-{wait}");
        }

        await server.KillAsync();
        await server.StartAgainAsync();
        await PlayAsync(broadcast, "after a crash of the server too");

        // A second server on the same keys hears of it as well.
        await using var other = await server.JoinAsync();
        var (exit, output, error) = await CommandLine.RunAsync("keys", "rotate", "--data", server.Data);
        Assert.True(exit == 0, error);
        Assert.StartsWith("OK   ", output, StringComparison.Ordinal);
        Assert.NotEqual(old, await File.ReadAllBytesAsync(Path.Combine(keys, "kek")));
        Assert.False(File.Exists(Path.Combine(keys, "kek.next")));
        using (var gone = KeyEncryptionKey.FromBytes(old))
        {
            Assert.False(gone.TryUnwrap(await File.ReadAllBytesAsync(Path.Combine(keys, "api.key")), "server/api", new byte[32]));
            Assert.False(gone.TryUnwrap(await File.ReadAllBytesAsync(Path.Combine(keys, "broadcasts", $"{broadcast.Id}.master")), $"broadcast/{broadcast.Id}/master", new byte[32]));
        }

        // The same servers, which were told nothing; then one that knows the new key only.
        await PlayAsync(broadcast, "later");
        await PlayAsync(broadcast, "elsewhere", other);
        var created = await acme.GoLiveAsync();
        await server.StopAsync();
        await server.StartAgainAsync();
        await PlayAsync(broadcast, "later still");
        await broadcast.PublishAsync(one.Source, 1, 2);
        await created.EndAsync();
        await broadcast.EndAsync();
        Assert.Empty(Directory.GetFiles(Path.Combine(keys, "broadcasts"), "*.session"));
    }

    private static async Task PlayAsync(RunningBroadcast broadcast, string viewer, ServerProcess? over = null)
    {
        var somebody = await Viewer.ComeAsync(broadcast, viewer);
        await somebody.EntitleAsync();
        using var api = (over ?? broadcast.Owner.Server).As(somebody.Token);
        using var licence = await api.PostAsJsonAsync("/v1/licences", new { kids = new[] { await broadcast.KeyIdAsync("0") }, type = "temporary" });
        Assert.True(licence.StatusCode == HttpStatusCode.OK, await licence.Content.ReadAsStringAsync());
    }
}
