using System.Text;
using LiveLedger.Broadcasting.Broadcasts;
using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Broadcasting.Tests.Broadcasts;

/// <summary>What the log holds from before an event had its present shape.</summary>
public sealed class Earlier_schemas
{
    private const string Begin = """{"at":"2026-11-20T20:00:00+00:00","title":"Show","owner":"acme","scheme":"Cbcs","sessionKey":"a","ingestKeyHash":"b" """;

    [Theory]
    [InlineData(1, Begin + "}", null, KeySignalling.Init)]
    [InlineData(2, Begin + ""","keyPeriodSeconds":10}""", 10, KeySignalling.Init)]
    [InlineData(3, Begin + ""","keyPeriodSeconds":10,"keySignalling":"InBand"}""", 10, KeySignalling.InBand)]
    public void A_broadcast_was_taken_from_viewers_too_with_an_init_segment_for_each_key_and_at_first_one_key(int schema, string payload, int? seconds, KeySignalling signalling)
    {
        var stored = new StoredEvent(Guid.NewGuid(), default, 1, "broadcast-created", schema, DateTimeOffset.UtcNow, "acme", Encoding.UTF8.GetBytes(payload));
        var latest = new Upcasters(BroadcastingRegistration.Upcasts).ToLatest(stored);
        var created = Assert.IsType<BroadcastCreated>(BroadcastEventJson.Read(latest.Type, latest.PayloadJson.Span));
        Assert.Equal((seconds, signalling, BroadcastPeers.Viewers), (created.KeyPeriodSeconds, created.KeySignalling, created.Peers));
        Assert.Equal(BroadcastEventJson.SchemaOf(created), latest.Schema);
    }
}
