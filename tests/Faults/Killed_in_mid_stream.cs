using LiveLedger.Harness.Server;

namespace LiveLedger.Faults;

/// <summary>kill -9 of the server while a real encoder goes on pushing and never sends its init segments again.</summary>
public sealed class Killed_in_mid_stream
{
    [Fact]
    public async Task The_broadcast_goes_on_and_nothing_is_lost_doubled_or_signed_twice()
    {
        await using var server = await A_fault_server.StartAsync();
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        using var ffmpeg = FfmpegPublisher.Start(broadcast);
        await SegmentsAsync(broadcast, 3);
        var before = new Dictionary<string, IReadOnlyList<Cryptography.Sha256Hash>>();
        var checkpoints = new List<string>();
        for (var kill = 0; kill < 3; kill++)
        {
            checkpoints.Add(await server.Http.GetStringAsync("/log/checkpoint"));
            // At a moment of no special choosing: sealing, logging and checkpointing all go on.
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100, 2500)));
            await server.KillAsync();
            await server.StartAgainAsync();
            var count = await CountAsync(broadcast);
            await SegmentsAsync(broadcast, count + 2);
        }

        Assert.True(ffmpeg.IsRunning);
        ffmpeg.Dispose();
        await broadcast.WaitLoggedAsync();
        checkpoints.Add(await server.Http.GetStringAsync("/log/checkpoint"));
        foreach (var track in (string[])["0", "1", "2"])
        {
            // Each slot has one record, each follows the one before, all under one session key.
            before[track] = await broadcast.AuditTrackAsync(track);
            Assert.True(before[track].Count >= 9, $"track {track} has {before[track].Count} segments");
        }

        await Ledger.HoldsExactlyAsync(server, broadcast, before);
        await Ledger.ExtendsAsync(server, checkpoints);
    }

    private static async Task<long> CountAsync(RunningBroadcast broadcast) =>
        (await broadcast.StatusAsync())["tracks"]!.AsArray().Min(t => t!["segments"]!.GetValue<long>());

    private static async Task SegmentsAsync(RunningBroadcast broadcast, long count)
    {
        var until = DateTime.UtcNow.AddSeconds(40);
        while ((await broadcast.StatusAsync())["tracks"]!.AsArray() is var tracks
               && (tracks.Count < 3 || tracks.Min(t => t!["segments"]!.GetValue<long>()) < count))
        {
            Assert.True(DateTime.UtcNow < until, $"no {count} segments: {await broadcast.StatusAsync()}");
            await Task.Delay(200);
        }
    }
}
