using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using LiveLedger.Harness.Server;

namespace LiveLedger.Stories;

/// <summary>What a publisher is answered, seen with a raw HTTP client: encoders push on through refusals and show nothing.</summary>
public sealed class Publishing_over_http(OneServer one)
{
    [Fact]
    public async Task A_pushed_stream_is_served_signed_and_logged_and_its_end_states_what_it_was()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 5);
        await broadcast.WaitLoggedAsync();
        var hashes = new Dictionary<string, string>();
        foreach (var track in one.Source.Tracks)
        {
            var records = await broadcast.AuditTrackAsync(track);
            Assert.Equal(5, records.Count);
            hashes[track] = records[^1].ToString();
        }

        var live = await one.Server.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8");
        Assert.DoesNotContain("#EXT-X-ENDLIST", live, StringComparison.Ordinal);
        await broadcast.EndAsync();
        Assert.Contains("#EXT-X-ENDLIST", await one.Server.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8"), StringComparison.Ordinal);
        Assert.Contains("type=\"static\"", await one.Server.Http.GetStringAsync($"/live/{broadcast.Id}/manifest.mpd"), StringComparison.Ordinal);
        var ended = (await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}"))!;
        Assert.Equal("ended", ended["state"]!.GetValue<string>());
        foreach (var total in ended["totals"]!.AsArray())
        {
            Assert.Equal(5, total!["segments"]!.GetValue<int>());
            Assert.Equal(hashes[total["track"]!.GetValue<string>()], total["lastRecord"]!.GetValue<string>());
        }

        await RefusedAsync(HttpStatusCode.Forbidden, "broadcast-not-live", broadcast.PushAsync("0/6.m4s", one.Source.Segments("0")[0]));
    }

    [Fact]
    public async Task An_end_that_is_asked_for_twice_at_once_ends_once_and_counts_every_segment()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 3);
        var pushing = Task.Run(async () =>
        {
            var taken = 3;
            foreach (var segment in one.Source.Segments("0").Skip(3))
            {
                taken += (await broadcast.PushAsync("0/n.m4s", segment)).IsSuccessStatusCode ? 1 : 0;
            }

            return taken;
        });
        await Task.WhenAll(broadcast.EndAsync(), broadcast.EndAsync(), broadcast.EndAsync());
        var taken = await pushing;
        var ended = (await acme.Api.GetFromJsonAsync<JsonObject>($"/v1/broadcasts/{broadcast.Id}"))!;
        Assert.Equal(taken, ended["totals"]!.AsArray().Single(t => t!["track"]!.GetValue<string>() == "0")!["segments"]!.GetValue<int>());
        Assert.Equal(taken, (await broadcast.AuditTrackAsync("0")).Count);
        Assert.Equal(HttpStatusCode.Conflict, (await acme.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/start", null)).StatusCode);
    }

    [Fact]
    public async Task Refusals_carry_the_status_the_ingest_rules_want()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var created = await acme.CreateAsync();
        var init = one.Source.Init("0");
        var segment = one.Source.Segments("0")[0];
        await RefusedAsync(HttpStatusCode.Forbidden, "broadcast-not-live", created.PushAsync("0/init.mp4", init));
        var broadcast = await acme.GoLiveAsync();
        var http = one.Server.Http;
        await RefusedAsync(HttpStatusCode.Unauthorized, "ingest-key-missing", http.PostAsync($"/ingest/{broadcast.Id}/0/init.mp4", new ByteArrayContent(init)));
        await RefusedAsync(HttpStatusCode.Forbidden, "ingest-key-wrong", broadcast.PushAsync("0/init.mp4", init, created.IngestKey));
        await RefusedAsync(HttpStatusCode.NotFound, "broadcast-unknown", http.PostAsync($"/ingest/{Guid.NewGuid():N}/0/init.mp4", new ByteArrayContent(init)));
        await RefusedAsync(HttpStatusCode.NotFound, "ingest-path-unknown", broadcast.PushAsync("0/readme.txt", init));
        await RefusedAsync(HttpStatusCode.PreconditionFailed, "segment-before-init", broadcast.PushAsync("0/1.m4s", segment));
        await RefusedAsync(HttpStatusCode.BadRequest, "body-malformed", broadcast.PushAsync("0/init.mp4", init[..^10]));
        using var text = Authorised(broadcast, HttpMethod.Post, "0/init.mp4", new StringContent("<html/>", new MediaTypeHeaderValue("text/html")));
        await RefusedAsync(HttpStatusCode.UnsupportedMediaType, "media-type-unsupported", http.SendAsync(text));
        Assert.Equal("media-type-unsupported", (await broadcast.StatusAsync())["lastIngestRefusal"]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_muxers_manifest_and_deletes_are_answered_200_and_change_nothing()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        await broadcast.PublishAsync(one.Source, 0, 2);
        Assert.Equal(HttpStatusCode.OK, (await broadcast.PushAsync("live.mpd", "<MPD/>"u8.ToArray())).StatusCode);
        using var delete = Authorised(broadcast, HttpMethod.Delete, "0/1.m4s", null);
        Assert.Equal(HttpStatusCode.OK, (await one.Server.Http.SendAsync(delete)).StatusCode);
        Assert.Equal(2, (await broadcast.AuditTrackAsync("0")).Count);
    }

    [Fact]
    public async Task Basic_credentials_and_put_are_taken_too()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        using var put = new HttpRequestMessage(HttpMethod.Put, $"/ingest/{broadcast.Id}/0/init.mp4") { Content = new ByteArrayContent(one.Source.Init("0")) };
        put.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"live:{broadcast.IngestKey}")));
        Assert.Equal(HttpStatusCode.OK, (await one.Server.Http.SendAsync(put)).StatusCode);
    }

    [Fact]
    public async Task Segments_of_one_long_post_are_served_while_it_goes_on()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        var body = new DripContent([one.Source.Init("0"), .. one.Source.Segments("0")]);
        using var post = Authorised(broadcast, HttpMethod.Post, "video.cmfv", body);
        post.Headers.TransferEncodingChunked = true;
        var sending = one.Server.Http.SendAsync(post);
        body.Release(4);
        for (var i = 0; i < 100 && (await broadcast.AuditTrackAsync("video")).Count < 2; i++)
        {
            await Task.Delay(50);
        }

        Assert.False(sending.IsCompleted);
        Assert.Equal(2, (await broadcast.AuditTrackAsync("video")).Count);
        body.Release(100);
        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
        Assert.Equal(5, (await broadcast.AuditTrackAsync("video")).Count);
    }

    [Fact]
    public async Task A_second_publisher_is_refused_while_the_first_is_connected()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        using var first = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = one.Server.BaseUrl };
        using var second = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }) { BaseAddress = one.Server.BaseUrl };
        (await broadcast.PushAsync("0/init.mp4", one.Source.Init("0"), over: first)).EnsureSuccessStatusCode();
        for (var i = 0; i < 3; i++)
        {
            (await broadcast.PushAsync($"0/{i + 1}.m4s", one.Source.Segments("0")[i], over: first)).EnsureSuccessStatusCode();
        }

        await broadcast.PushAsync("0/init.mp4", one.Source.Init("0"), over: second);
        await RefusedAsync(HttpStatusCode.Forbidden, "track-held", broadcast.PushAsync("0/1.m4s", one.Source.Segments("0")[0], over: second));
        (await broadcast.PushAsync("0/4.m4s", one.Source.Segments("0")[3], over: first)).EnsureSuccessStatusCode();
        // The first hangs up: the second may begin at once, in an epoch of its own.
        first.Dispose();
        await Task.Delay(500);
        (await broadcast.PushAsync("0/init.mp4", one.Source.Init("0"), over: second)).EnsureSuccessStatusCode();
        (await broadcast.PushAsync("0/1.m4s", one.Source.Segments("0")[0], over: second)).EnsureSuccessStatusCode();
        Assert.Equal(1, (await broadcast.StatusAsync())["epoch"]!.GetValue<int>());
        var playlist = await one.Server.Http.GetStringAsync($"/live/{broadcast.Id}/0/media.m3u8");
        Assert.Contains("#EXT-X-DISCONTINUITY\n", playlist, StringComparison.Ordinal);
        Assert.Contains("init-1.mp4", playlist, StringComparison.Ordinal);
        Assert.Equal(2, (await one.Server.Http.GetStringAsync($"/live/{broadcast.Id}/manifest.mpd")).Split("<Period ").Length - 1);
        Assert.Equal(5, (await broadcast.AuditTrackAsync("0")).Count);
    }

    [Fact]
    public async Task A_rotated_ingest_key_shuts_the_old_one_out()
    {
        using var acme = await Broadcaster.AdmitAsync(one.Server, "acme");
        var broadcast = await acme.GoLiveAsync();
        var answer = await acme.Api.PostAsync($"/v1/broadcasts/{broadcast.Id}/ingest-key", null);
        var key = (await answer.Content.ReadFromJsonAsync<JsonObject>())!["key"]!.GetValue<string>();
        await RefusedAsync(HttpStatusCode.Forbidden, "ingest-key-wrong", broadcast.PushAsync("0/init.mp4", one.Source.Init("0")));
        Assert.Equal(HttpStatusCode.OK, (await broadcast.PushAsync("0/init.mp4", one.Source.Init("0"), key)).StatusCode);
    }

    private static HttpRequestMessage Authorised(RunningBroadcast broadcast, HttpMethod method, string path, HttpContent? content)
    {
        var request = new HttpRequestMessage(method, $"/ingest/{broadcast.Id}/{path}") { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", broadcast.IngestKey);
        return request;
    }

    private static async Task RefusedAsync(HttpStatusCode status, string code, Task<HttpResponseMessage> sending)
    {
        using var answer = await sending;
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(code, (await answer.Content.ReadFromJsonAsync<JsonObject>())!["code"]!.GetValue<string>());
    }

    /// <summary>A body that is sent piece by piece, as the test lets it.</summary>
    private sealed class DripContent(IReadOnlyList<byte[]> pieces) : HttpContent
    {
        private readonly SemaphoreSlim _allowed = new(0);

        public void Release(int count) => _allowed.Release(count);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var piece in pieces)
            {
                await _allowed.WaitAsync();
                await stream.WriteAsync(piece);
                await stream.FlushAsync();
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
