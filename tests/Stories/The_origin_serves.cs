using System.Net;
using System.Net.Http.Headers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>How the origin serves what is sealed: what CDNs, players on other sites and relays rely on.</summary>
public sealed class The_origin_serves(OneServer one)
{
    [Fact]
    public async Task Segments_by_range_with_a_tag_for_ever_and_to_any_site()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var http = one.Server.Http;
        var url = $"/live/{broadcast.Id}/0/0.m4s";
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("Origin", "https://player.example");
        using var whole = await http.SendAsync(request);
        var bytes = await whole.Content.ReadAsByteArrayAsync();
        Assert.Equal("*", whole.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("immutable", whole.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.NotNull(whole.Headers.ETag);

        using var ranged = new HttpRequestMessage(HttpMethod.Get, url);
        ranged.Headers.Range = new RangeHeaderValue(16384, 32767);
        using var part = await http.SendAsync(ranged);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[16384..32768], await part.Content.ReadAsByteArrayAsync());

        using var conditional = new HttpRequestMessage(HttpMethod.Get, url);
        conditional.Headers.IfNoneMatch.Add(whole.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await http.SendAsync(conditional)).StatusCode);
    }

    [Fact]
    public async Task Any_range_as_that_part_of_it_and_heads_without_a_body()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var http = one.Server.Http;
        foreach (var path in (string[])["0/0.m4s", "0/0.record", "0/init.mp4"])
        {
            var url = $"/live/{broadcast.Id}/{path}";
            var bytes = await http.GetByteArrayAsync(url);
            var last = bytes.Length - 1;
            foreach (var (range, from, to) in ((string, int, int)[])
                     [
                         ("bytes=0-0", 0, 0), ("bytes=7-99", 7, 99), ($"bytes=0-{last}", 0, last), ($"bytes=5-{last + 1000}", 5, last), ($"bytes={last}-{last}", last, last),
                         ("bytes=9-", 9, last), ("bytes=-10", last - 9, last), ("bytes= 3-4", 3, 4),
                     ])
            {
                using var part = await AskAsync(http, HttpMethod.Get, url, range);
                Assert.Equal((range, HttpStatusCode.PartialContent, $"bytes {from}-{to}/{bytes.Length}"), (range, part.StatusCode, part.Content.Headers.ContentRange!.ToString()));
                Assert.Equal(bytes[from..(to + 1)], await part.Content.ReadAsByteArrayAsync());
                Assert.NotNull(part.Headers.ETag);
                Assert.Contains("immutable", part.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
            }

            foreach (var beyond in (string[])[$"bytes={bytes.Length}-{bytes.Length + 5}", $"bytes={bytes.Length}-"])
            {
                using var none = await AskAsync(http, HttpMethod.Get, url, beyond);
                Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, none.StatusCode);
                Assert.Equal($"bytes */{bytes.Length}", none.Content.Headers.ContentRange!.ToString());
            }

            // What says nothing is as if it were not there (RFC 9110 §14.2).
            using var unread = await AskAsync(http, HttpMethod.Get, url, "bytes=5-3");
            Assert.Equal(bytes, await unread.Content.ReadAsByteArrayAsync());
            using var head = await AskAsync(http, HttpMethod.Head, url, null);
            Assert.Equal(bytes.Length, head.Content.Headers.ContentLength);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task Somebody_who_leaves_in_the_midst_without_a_word_about_it()
    {
        // Its own: what is refused to others meanwhile is warned of too.
        await using var server = await ServerProcess.StartAsync(await (await PostgresCluster.SharedAsync()).CreateDatabaseAsync());
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        var failures = server.Log.Count(IsFailure);
        for (var n = 0; n < 20; n++)
        {
            using var client = new System.Net.Sockets.TcpClient { ReceiveBufferSize = 2048 };
            await client.ConnectAsync(IPAddress.Loopback, server.BaseUrl.Port);
            var stream = client.GetStream();
            await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes($"GET /live/{broadcast.Id}/0/0.m4s HTTP/1.1\r\nHost: x\r\n\r\n"));
            await stream.ReadExactlyAsync(new byte[n % 2 == 0 ? 1 : 5000]);
            client.LingerState = new(enable: true, 0);
        }

        var whole = await server.Http.GetByteArrayAsync($"/live/{broadcast.Id}/0/0.m4s");
        Assert.True(whole.Length > 5000);
        await Task.Delay(500);
        Assert.Equal(failures, server.Log.Count(IsFailure));
    }

    private static bool IsFailure(string line) => line.Contains("fail:", StringComparison.Ordinal) || line.Contains("warn:", StringComparison.Ordinal);

    private static async Task<HttpResponseMessage> AskAsync(HttpClient http, HttpMethod method, string url, string? range)
    {
        using var request = new HttpRequestMessage(method, url);
        if (range is not null)
        {
            request.Headers.TryAddWithoutValidation("Range", range);
        }

        return await http.SendAsync(request);
    }

    [Fact]
    public async Task Manifests_for_a_moment_only()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await one.Server.Http.GetAsync($"/live/{broadcast.Id}/master.m3u8")).StatusCode);
        await broadcast.PublishAsync(one.Source, 0, 1);
        foreach (var manifest in (string[])["master.m3u8", "manifest.mpd", "0/media.m3u8"])
        {
            using var answer = await one.Server.Http.GetAsync($"/live/{broadcast.Id}/{manifest}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(answer.Headers.CacheControl!.MaxAge <= TimeSpan.FromSeconds(2));
        }
    }

    [Fact]
    public async Task A_sliding_window_while_live_and_the_whole_broadcast_afterwards()
    {
        var database = await (await Harness.Postgres.PostgresCluster.SharedAsync()).CreateDatabaseAsync();
        await using var server = await ServerProcess.StartAsync(database, environment: new Dictionary<string, string> { ["LIVELEDGER_LIVE_WINDOW"] = "10" });
        using var acme = await Broadcaster.AdmitAsync(server, "acme");
        var broadcast = await acme.GoLiveAsync();
        using var source = await Harness.Media.CmafSource.MakeAsync(24);
        await broadcast.PublishAsync(source, 0, 12);
        var live = await server.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8");
        Assert.Contains("#EXT-X-MEDIA-SEQUENCE:7", live, StringComparison.Ordinal);
        Assert.Equal(5, live.Split("#EXTINF").Length - 1);
        // What has left the window is still there for who knows its name.
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync($"/live/{broadcast.Id}/0/0.m4s")).StatusCode);
        await broadcast.EndAsync();
        Assert.Equal(12, (await server.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8")).Split("#EXTINF").Length - 1);
    }

    [Fact]
    public async Task Nothing_that_is_not_sealed()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 1);
        foreach (var path in (string[])
                 [
                     "0/1.m4s", "0/00.m4s", "0/+0.m4s", "0/0.m4s.unfinished", "0/source-init-0.mp4", "0/init-0.mp4", "0/init-1.mp4", "iv-leases",
                     "0/..%2ftimeline.json", "0/%2e%2e/timeline.json", "9/0.m4s", "timeline.json",
                 ])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await one.Server.Http.GetAsync($"/live/{broadcast.Id}/{path}")).StatusCode);
        }
    }

    [Fact]
    public async Task Ciphertext_only()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 2);
        foreach (var track in one.Source.Tracks)
        {
            var clear = one.Source.Segments(track)[1];
            var served = await one.Server.Http.GetByteArrayAsync($"/live/{broadcast.Id}/{track}/1.m4s");
            // Long runs of the clear stream must not be found in what is served; cbcs leaves 9 of 10 blocks, so a run is 200 bytes.
            for (var at = clear.Length / 2; at + 200 < clear.Length; at += 2000)
            {
                Assert.True(served.AsSpan().IndexOf(clear.AsSpan(at, 200)) < 0, $"track {track}: clear bytes at {at}");
            }
        }
    }
}
