using System.Net;
using System.Net.Http.Headers;

namespace LiveLedger.Relay.Tests;

/// <summary>What players and other relays rely on, as they do at the origin.</summary>
public sealed class ServingTests
{
    [Fact]
    public async Task Objects_have_the_names_bytes_types_and_tags_of_the_origin()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        foreach (var (path, type) in ((string, string)[])[
            ("v/0.m4s", "video/iso.segment"), ("v/0.record", "application/cbor-seq"), ("v/init.mp4", "video/mp4"), ("signer", "application/cose")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, relay.Path(path));
            request.Headers.Add("Origin", "https://player.example");
            using var answer = await relay.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(upstream.Files[path], await answer.Content.ReadAsByteArrayAsync());
            Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
            Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
            Assert.Contains("ETag", answer.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
            Assert.False(answer.Headers.ETag!.IsWeak);
            Assert.Equal(path != "signer", answer.Headers.CacheControl!.ToString().Contains("immutable", StringComparison.Ordinal));

            using var again = new HttpRequestMessage(HttpMethod.Get, relay.Path(path));
            again.Headers.IfNoneMatch.Add(answer.Headers.ETag);
            Assert.Equal(HttpStatusCode.NotModified, (await relay.Http.SendAsync(again)).StatusCode);

            using var head = await relay.Http.SendAsync(new(HttpMethod.Head, relay.Path(path)));
            Assert.Equal(upstream.Files[path].Length, head.Content.Headers.ContentLength);
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Theory]
    [InlineData(16384, 32767)]
    [InlineData(0, 0)]
    [InlineData(50_000, null)]
    [InlineData(null, 1000)]
    public async Task A_range_is_that_part_of_the_verified_segment(int? from, int? to)
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        var whole = upstream.Files["v/1.m4s"];
        using var request = new HttpRequestMessage(HttpMethod.Get, relay.Path("v/1.m4s"));
        request.Headers.Range = new RangeHeaderValue(from, to);
        using var answer = await relay.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, answer.StatusCode);
        var expected = (from, to) switch { ({ } f, { } t) => whole[f..(t + 1)], ({ } f, _) => whole[f..], (_, { } t) => whole[^t..], _ => whole };
        Assert.Equal(expected, await answer.Content.ReadAsByteArrayAsync());
        // Upstream was asked for the whole, once: a part alone could not be judged.
        Assert.Equal(1, upstream.Asked("v/1.m4s"));
    }

    [Fact]
    public async Task A_range_outside_the_segment_is_named()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        using var request = new HttpRequestMessage(HttpMethod.Get, relay.Path("v/1.m4s"));
        request.Headers.Range = new RangeHeaderValue(1 << 26, null);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await relay.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task Pages_may_ask_before_they_ask()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        using var request = new HttpRequestMessage(HttpMethod.Options, relay.Path("v/1.m4s"));
        request.Headers.Add("Origin", "https://player.example");
        request.Headers.Add("Access-Control-Request-Method", "GET");
        request.Headers.Add("Access-Control-Request-Headers", "if-none-match");
        using var answer = await relay.Http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode);
        Assert.Contains("If-None-Match", answer.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);
        Assert.Equal(0, upstream.AskedInAll);
    }

    [Fact]
    public async Task Nothing_but_the_objects_of_its_broadcasts_is_asked_for_upstream()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        foreach (var path in (string[])["master.m3u8", "manifest.mpd", "v/media.m3u8"])
        {
            Assert.Equal((HttpStatusCode.NotFound, "manifest-not-relayed"), await relay.RefusalAsync(path));
        }

        foreach (var path in (string[])["v/00.m4s", "v/+1.m4s", "v/0.m4s.unfinished", "v/init-0.mp4", "v/init-0-0.mp4", "v/init-.mp4", "v/4294967296.m4s", "v/.m4s", "v%2f..%2fx/0.m4s", "-v/0.m4s", "v/0.key"])
        {
            Assert.Equal((HttpStatusCode.NotFound, "segment-unknown"), await relay.RefusalAsync(path));
        }

        using var other = await relay.Http.GetAsync("/live/0198a0b0c0d070008000000000000000/v/0.m4s");
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
        foreach (var path in (string[])["/v1/licences", "/v1/time", "/.well-known/jwks.json", "/log/checkpoint", $"/ingest/{upstream.Broadcast}/v/0.m4s", "/"])
        {
            Assert.Equal(HttpStatusCode.NotFound, (await relay.Http.GetAsync(path)).StatusCode);
        }

        Assert.Equal(0, upstream.AskedInAll);
    }

    [Fact]
    public async Task Init_segments_of_later_epochs_and_key_periods_are_found_by_their_names()
    {
        await using var upstream = await Upstream.StartAsync();
        byte[] second = [.. "init of epoch 1, period 2"u8], third = [.. "init of epoch 1, period 3"u8];
        upstream.Files["v/init-1-2.mp4"] = second;
        upstream.Files["v/init-1-3.mp4"] = third;
        for (uint n = Upstream.Segments; n < 60; n++)
        {
            var (hash, period) = n < 33 ? (second, 2UL) : (third, 3UL);
            upstream.Add($"v/{n}", new byte[1000 + n], record => record with { Epoch = 1, CryptoPeriod = period, InitHash = Cryptography.Sha256Hash.Of(hash) });
        }

        await using var relay = await RunningRelay.StartAsync(upstream);
        Assert.Equal(second, await relay.GetAsync("v/init-1-2.mp4"));
        Assert.Equal(third, await relay.GetAsync("v/init-1-3.mp4"));
        Assert.InRange(upstream.AskedInAll, 4, 30);
        Assert.Equal((HttpStatusCode.NotFound, "segment-unknown"), await relay.RefusalAsync("v/init-1-4.mp4"));
        Assert.Equal((HttpStatusCode.NotFound, "segment-unknown"), await relay.RefusalAsync("v/init-7.mp4"));
    }

    [Fact]
    public async Task Relays_chain_and_the_origin_is_asked_once()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var first = await RunningRelay.StartAsync(upstream);
        await using var second = await RunningRelay.StartAsync(upstream, o => o with { Upstream = first.Address });
        foreach (var path in (string[])["signer", "v/init.mp4", "v/0.record", "v/0.m4s", "v/1.m4s"])
        {
            Assert.Equal(upstream.Files[path], await second.GetAsync(path));
            Assert.Equal(1, upstream.Asked(path));
        }

        using var far = await second.AskAsync("v/0.m4s");
        using var near = await first.AskAsync("v/0.m4s");
        Assert.Equal(near.Headers.ETag, far.Headers.ETag);
    }

    [Fact]
    public async Task What_was_taken_down_is_served_no_more_until_it_is_restored()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        await relay.GetAsync("v/0.m4s");
        upstream.Status = 410;
        // Whatever of it is not here yet says so.
        Assert.Equal((HttpStatusCode.Gone, "broadcast-taken-down"), await relay.RefusalAsync("v/1.m4s"));
        Assert.Equal((HttpStatusCode.Gone, "broadcast-taken-down"), await relay.RefusalAsync("v/0.m4s"));
    }

    [Fact]
    public async Task While_upstream_is_away_what_is_here_is_served_and_the_rest_is_named()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        var bytes = await relay.GetAsync("v/0.m4s");
        upstream.Status = 500;
        Assert.Equal(bytes, await relay.GetAsync("v/0.m4s"));
        Assert.Equal((HttpStatusCode.BadGateway, "upstream-failed"), await relay.RefusalAsync("v/1.m4s"));
    }
}
