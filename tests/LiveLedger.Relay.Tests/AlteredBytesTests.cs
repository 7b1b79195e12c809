using System.Net;
using LiveLedger.Harness.Media;
using LiveLedger.Media;
using LiveLedger.Media.Chunks;

namespace LiveLedger.Relay.Tests;

/// <summary>Upstream, or whoever stands before it, lies: nobody is served a byte of it.</summary>
public sealed class AlteredBytesTests
{
    [Theory]
    [InlineData("signer", "signer", "certificate-invalid")]
    [InlineData("v/1.record", "v/1.record", "record-leaves")]
    [InlineData("v/1.m4s", "v/1.m4s", "segment-chunk")]
    [InlineData("v/init.mp4", "v/init.mp4", "init-mismatch")]
    [InlineData("v/1.record", "v/1.m4s", "record-leaves")]
    public async Task A_byte_altered_upstream_is_never_served(string altered, string asked, string code)
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        upstream.Alter = (path, _, bytes) => path == altered ? Flipped(bytes) : bytes;
        Assert.Equal((HttpStatusCode.BadGateway, code), await relay.RefusalAsync(asked));
        Assert.Equal(2, upstream.Asked(altered));
        Assert.True(relay.Server.Status.Refused >= 2);

        // Nothing of it was kept: once upstream tells the truth, so does the relay.
        upstream.Alter = static (_, _, bytes) => bytes;
        await Patience.UntilAsync(() => relay.AskAsync(asked).Result.IsSuccessStatusCode, "the true bytes");
        Assert.Equal(upstream.Files[asked], await relay.GetAsync(asked));
    }

    [Theory]
    [InlineData("signer")]
    [InlineData("v/1.record")]
    [InlineData("v/1.m4s")]
    [InlineData("v/init.mp4")]
    public async Task A_cache_on_the_way_that_spoils_an_object_is_asked_past(string path)
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        upstream.Alter = (asked, pastCaches, bytes) => asked == path && !pastCaches ? Flipped(bytes) : bytes;
        Assert.Equal(upstream.Files[path], await relay.GetAsync(path));
    }

    [Fact]
    public async Task A_segment_that_is_longer_or_shorter_than_its_record_says_is_refused()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        upstream.Alter = static (path, _, bytes) => path switch { "v/0.m4s" => [.. bytes, 0], "v/1.m4s" => bytes[..^1], _ => bytes };
        Assert.Equal((HttpStatusCode.BadGateway, "segment-length"), await relay.RefusalAsync("v/0.m4s"));
        Assert.Equal((HttpStatusCode.BadGateway, "segment-length"), await relay.RefusalAsync("v/1.m4s"));
    }

    [Fact]
    public async Task A_segment_in_anothers_place_is_refused_and_so_is_a_record()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream);
        upstream.Alter = (path, _, bytes) => path == "v/3.record" ? upstream.Files["v/2.record"] : bytes;
        Assert.Equal((HttpStatusCode.BadGateway, "record-wrong-slot"), await relay.RefusalAsync("v/3.m4s"));
    }

    [Fact]
    public async Task A_broadcast_that_somebody_else_signed_is_refused_whole()
    {
        await using var upstream = await Upstream.StartAsync();
        using var somebody = new SampleSigner(upstream.Broadcast, DateTimeOffset.UtcNow.AddHours(-1));
        var bytes = new byte[50_000];
        upstream.Files["signer"] = somebody.Certificate();
        upstream.Files["v/0.m4s"] = bytes;
        upstream.Files["v/0.record"] = somebody.SignNext("v", ChunkTree.Of(bytes)).Bytes.ToArray();
        await using var relay = await RunningRelay.StartAsync(upstream);
        foreach (var path in (string[])["signer", "v/0.record", "v/0.m4s", "v/init.mp4"])
        {
            Assert.Equal((HttpStatusCode.BadGateway, "identity-mismatch"), await relay.RefusalAsync(path));
        }
    }

    [Fact]
    public async Task Until_the_broadcaster_is_known_nothing_is_served()
    {
        await using var upstream = await Upstream.StartAsync();
        await using var relay = await RunningRelay.StartAsync(upstream, static o => o with { Identity = null });
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "relay-not-admitted"), await relay.RefusalAsync("v/0.m4s"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await relay.Http.GetAsync("/health/ready")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await relay.Http.GetAsync("/health/live")).StatusCode);
        Assert.Equal(0, upstream.AskedInAll);
    }

    private static byte[] Flipped(byte[] bytes)
    {
        var altered = bytes.ToArray();
        altered[^1] ^= 1;
        return altered;
    }
}
