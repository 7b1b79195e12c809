using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;
using LiveLedger.Ledger.Embedded;

namespace LiveLedger.Faults;

/// <summary>PostgreSQL is stopped for a minute under a live broadcast.</summary>
public sealed class Database_away
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task The_stream_and_open_playbacks_go_on_and_every_record_enters_the_log_afterwards_once()
    {
        var folder = PostgresCluster.NewDirectory();
        var postgres = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(folder));
        try
        {
            await using var server = await ServerProcess.StartAsync(postgres.ConnectionString);
            using var acme = await Broadcaster.AdmitAsync(server, "acme");
            var broadcast = await acme.GoLiveAsync();
            using var ffmpeg = FfmpegPublisher.Start(broadcast);
            await WaitAsync(async () => await SegmentsAsync(broadcast) >= 2, "the stream to begin");
            var viewer = await ViewerAsync(broadcast, "viewer-1");
            var late = await ViewerAsync(broadcast, "viewer-2");
            var kids = await KeyIdsAsync(broadcast);
            Assert.Equal(HttpStatusCode.OK, (await LicenceAsync(server, viewer, kids)).StatusCode);

            var before = await SegmentsAsync(broadcast);
            await postgres.StopAsync();
            var stopped = DateTime.UtcNow;
            while (DateTime.UtcNow - stopped < Outage)
            {
                // An open playback's renewal is answered from memory; a new playback is asked to wait.
                Assert.Equal(HttpStatusCode.OK, (await LicenceAsync(server, viewer, kids)).StatusCode);
                var refused = await LicenceAsync(server, late, kids);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                Assert.NotNull(refused.Headers.RetryAfter);
                Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync($"/live/{broadcast.Id}/master.m3u8")).StatusCode);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Http.GetAsync("/health/ready")).StatusCode);
                Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/live")).StatusCode);
                await Task.Delay(TimeSpan.FromSeconds(5));
            }

            var after = await SegmentsAsync(broadcast);
            Assert.True(after - before >= Outage.TotalSeconds / 2 - 3, $"only {after - before} segments were made meanwhile");
            postgres = await EmbeddedPostgres.StartAsync(PostgresCluster.OptionsFor(folder));
            await WaitAsync(async () => (await LicenceAsync(server, late, kids)).StatusCode == HttpStatusCode.OK, "new playbacks to be licensed again");
            ffmpeg.Dispose();
            await broadcast.WaitLoggedAsync(TimeSpan.FromSeconds(60));
            var records = new Dictionary<string, IReadOnlyList<Cryptography.Sha256Hash>>();
            foreach (var track in (string[])["0", "1", "2"])
            {
                records[track] = await broadcast.AuditTrackAsync(track);
            }

            await Ledger.HoldsExactlyAsync(server, broadcast, records);
        }
        finally
        {
            await postgres.StopAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<long> SegmentsAsync(RunningBroadcast broadcast) =>
        (await broadcast.StatusAsync())["tracks"]!.AsArray() is { Count: 3 } tracks ? tracks.Min(t => t!["segments"]!.GetValue<long>()) : 0;

    private static async Task<string> ViewerAsync(RunningBroadcast broadcast, string viewer)
    {
        (await broadcast.Owner.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/entitlements", new { viewer })).EnsureSuccessStatusCode();
        var answer = await broadcast.Owner.Api.PostAsJsonAsync($"/v1/broadcasts/{broadcast.Id}/viewer-tokens", new { viewer, lifetimeSeconds = 3600 });
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<JsonObject>())!["token"]!.GetValue<string>();
    }

    private static async Task<string[]> KeyIdsAsync(RunningBroadcast broadcast)
    {
        var kids = new HashSet<string>();
        foreach (var track in (string[])["0", "2"])
        {
            var playlist = await broadcast.Owner.Server.Http.GetStringAsync($"/live/{broadcast.Id}/{track}/media.m3u8");
            var hex = playlist.Split("KEYID=0x")[1][..32];
            kids.Add(System.Buffers.Text.Base64Url.EncodeToString(Convert.FromHexString(hex)));
        }

        return [.. kids];
    }

    private static async Task<HttpResponseMessage> LicenceAsync(ServerProcess server, string token, string[] kids)
    {
        using var api = server.As(token);
        return await api.PostAsJsonAsync("/v1/licences", new { kids, type = "temporary" });
    }

    private static async Task WaitAsync(Func<Task<bool>> condition, string what)
    {
        for (var until = DateTime.UtcNow.AddSeconds(30); !await condition(); await Task.Delay(250))
        {
            Assert.True(DateTime.UtcNow < until, $"waited in vain for {what}");
        }
    }
}
