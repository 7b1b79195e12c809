using System.Net;

namespace LiveLedger.Relay.Tests;

/// <summary>The disk is trusted no more than the network.</summary>
public sealed class DiskTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("liveledger-relay-").FullName;

    [Fact]
    public async Task A_rotten_disk_never_serves_bad_bytes()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await StartAsync(upstream);
        foreach (var path in (string[])["v/0.m4s", "v/0.record", "v/init.mp4"])
        {
            var sound = await relay.GetAsync(path);
            await Patience.UntilAsync(() => File.Exists(FileOf(upstream, path)), $"{path} is on disk");
            var asked = upstream.Asked(path);
            Rot(FileOf(upstream, path));
            Assert.Equal(sound, await relay.GetAsync(path));
            Assert.Equal(asked + 1, upstream.Asked(path));
        }

        Assert.True(relay.Server.Status.Rotten >= 3);
    }

    [Fact]
    public async Task A_rotten_file_is_a_refusal_while_upstream_is_away()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await StartAsync(upstream);
        await relay.GetAsync("v/0.m4s");
        await Patience.UntilAsync(() => File.Exists(FileOf(upstream, "v/0.m4s")) && File.Exists(FileOf(upstream, "v/0.record")), "both are on disk");
        upstream.Status = 503;
        Assert.Equal(upstream.Files["v/0.m4s"], await relay.GetAsync("v/0.m4s"));
        Rot(FileOf(upstream, "v/0.m4s"));
        Assert.Equal((HttpStatusCode.BadGateway, "upstream-failed"), await relay.RefusalAsync("v/0.m4s"));
    }

    [Fact]
    public async Task A_relay_that_starts_again_has_what_it_had_though_upstream_is_away()
    {
        await using var upstream = await Upstream.StartAsync();
        string[] paths = ["signer", "v/init.mp4", "v/0.record", "v/0.m4s"];
        await using (var before = await StartAsync(upstream))
        {
            foreach (var path in paths)
            {
                await before.GetAsync(path);
            }

            await Patience.UntilAsync(() => paths.All(p => File.Exists(FileOf(upstream, p))), "all is on disk");
        }

        // What a crash left half-written is no file.
        await File.WriteAllTextAsync(FileOf(upstream, "v/3.m4s.unfinished"), "half");
        upstream.Status = 503;
        await using var relay = await StartAsync(upstream);
        foreach (var path in paths)
        {
            Assert.Equal(upstream.Files[path], await relay.GetAsync(path));
        }

        Assert.False(File.Exists(FileOf(upstream, "v/3.m4s.unfinished")));
    }

    [Fact]
    public async Task The_disk_holds_no_more_than_it_may_and_keeps_what_was_used_last()
    {
        await using var upstream = await Upstream.StartAsync();
        for (var n = Upstream.Segments; n < 30; n++)
        {
            upstream.Add($"v/{n}", 100_000 + n);
        }

        await using var relay = await StartAsync(upstream, 1_000_000);
        for (var n = 0; n < 30; n++)
        {
            await relay.GetAsync($"v/{n}.m4s");
            await Patience.UntilAsync(() => File.Exists(FileOf(upstream, $"v/{n}.m4s")), $"segment {n} is on disk");
        }

        Assert.InRange(new DirectoryInfo(_folder).EnumerateFiles("*", SearchOption.AllDirectories).Sum(static f => f.Length), 500_000, 1_000_000);
        Assert.False(File.Exists(FileOf(upstream, "v/0.m4s")));
    }

    [Fact]
    public async Task Two_relays_do_not_share_a_folder()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await StartAsync(upstream);
        await Assert.ThrowsAnyAsync<IOException>(() => StartAsync(upstream));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Without memory everything is read back.
    private Task<RunningRelay> StartAsync(Upstream upstream, long disk = 1 << 30) =>
        RunningRelay.StartAsync(upstream, o => o with { MemoryBytes = 0, CacheFolder = _folder, DiskBytes = disk });

    private string FileOf(Upstream upstream, string path) => Path.Combine(_folder, upstream.Broadcast.ToString(), path);

    private static void Rot(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[bytes.Length / 2] ^= 0x10;
        File.WriteAllBytes(path, bytes);
    }
}
