using System.Text.Json;
using LiveLedger.Licensing.Offers;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.Offers;

public sealed class OfferReadingTests
{
    [Fact]
    public void Nothing_said_is_everything_without_limits()
    {
        Assert.True(OfferReading.TryRead(new(), out var terms, out _));
        Assert.Equal(OfferTerms.Open, terms);
        Assert.False(terms.NeedsHistory);
    }

    [Fact]
    public void Everything_said_is_read_and_comes_back_from_its_bytes()
    {
        var body = Read("""
            {"name":"Night","price":{"currency":"EUR","amount":999},"sale":{"from":"2026-01-01T00:00:00Z","until":"2026-02-01T00:00:00Z"},
             "viewing":{"until":"2026-03-01T00:00:00Z"},"rentalSeconds":172800,"playbackSeconds":3600,"live":true,"dvr":false,"vod":false,"maxTier":"HD",
             "regions":{"allowed":["DE","AT"]},"playbacks":{"max":2,"mode":"drop-oldest","graceSeconds":10},"devices":3,"peerSharing":"forbidden","replayProtection":true}
            """);
        Assert.True(OfferReading.TryRead(body, out var terms, out _));
        Assert.Equal((999, TrackClass.Hd, 2, ConcurrencyMode.DropOldest, 3), (terms.Price!.Value.Amount, terms.MaxTier, terms.MaxPlaybacks!.Value, terms.Concurrency, terms.MaxDevices!.Value));
        Assert.Equal((TimeSpan.FromDays(2), TimeSpan.FromHours(1), TimeSpan.FromSeconds(10)), (terms.Rental!.Value, terms.PlaybackDuration!.Value, terms.DropGrace));
        Assert.Equal((true, false, false, true, PeerSharing.Forbidden), (terms.Live, terms.Dvr, terms.Vod, terms.ReplayProtection, terms.PeerSharing));
        Assert.True(terms.Regions.Holds("AT") && !terms.Regions.Holds("CH"));

        var again = JsonSerializer.Deserialize(JsonSerializer.SerializeToUtf8Bytes(body, OfferJson.Default.OfferBody), OfferJson.Default.OfferBody)!;
        Assert.Equal(JsonSerializer.Serialize(body, OfferJson.Default.OfferBody), JsonSerializer.Serialize(again, OfferJson.Default.OfferBody));
    }

    [Theory]
    [InlineData("""{"price":{"currency":"eur","amount":1}}""")]
    [InlineData("""{"price":{"currency":"EUR","amount":-1}}""")]
    [InlineData("""{"price":{"currency":"EUR"}}""")]
    [InlineData("""{"sale":{"from":"2026-02-01T00:00:00Z","until":"2026-02-01T00:00:00Z"}}""")]
    [InlineData("""{"viewing":{"from":"2026-02-01T00:00:01Z","until":"2026-02-01T00:00:00Z"}}""")]
    [InlineData("""{"rentalSeconds":0}""")]
    [InlineData("""{"playbackSeconds":-1}""")]
    [InlineData("""{"playbackSeconds":9223372036854775807}""")]
    [InlineData("""{"live":false,"dvr":false,"vod":false}""")]
    [InlineData("""{"maxTier":"8K"}""")]
    [InlineData("""{"maxTier":"hd"}""")]
    [InlineData("""{"regions":{}}""")]
    [InlineData("""{"regions":{"allowed":[]}}""")]
    [InlineData("""{"regions":{"allowed":["DE"],"blocked":["FR"]}}""")]
    [InlineData("""{"regions":{"blocked":["de"]}}""")]
    [InlineData("""{"playbacks":{}}""")]
    [InlineData("""{"playbacks":{"max":0}}""")]
    [InlineData("""{"playbacks":{"max":1,"mode":"drop-newest"}}""")]
    [InlineData("""{"playbacks":{"max":1,"mode":"refuse-new","graceSeconds":1}}""")]
    [InlineData("""{"devices":0}""")]
    [InlineData("""{"peerSharing":"maybe"}""")]
    [InlineData("""{"name":"a\u0000b"}""")]
    public void What_will_not_do_is_named(string json)
    {
        Assert.False(OfferReading.TryRead(Read(json), out var terms, out var fault));
        Assert.Null(terms);
        Assert.NotEmpty(fault);
    }

    private static OfferBody Read(string json) => JsonSerializer.Deserialize(json, OfferJson.Default.OfferBody)!;
}
