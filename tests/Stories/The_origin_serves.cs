using System.Net;
using System.Net.Http.Headers;
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
