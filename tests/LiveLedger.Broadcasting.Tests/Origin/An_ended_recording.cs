using LiveLedger.Broadcasting.Broadcasts;
using LiveLedger.Broadcasting.Tests.Pipeline;
using LiveLedger.Harness.Media;

namespace LiveLedger.Broadcasting.Tests.Origin;

/// <summary>Who judges by a recording when it fell silent must know that it is all there.</summary>
public sealed class An_ended_recording
{
    [Fact]
    public async Task Is_whole_where_every_track_goes_to_its_end_and_is_not_as_it_was_read_before_its_last_segment()
    {
        using var source = await CmafSource.MakeTinyAsync();
        using var published = new PublishedBroadcast();
        await published.PublishAsync(source, 0, 2);
        var before = published.ReadElsewhere();
        await published.PublishAsync(source, 2, 3, init: false);
        TrackTotal[] totals = [new("0", 3, null)];

        Assert.True(published.Recording.HoldsAllOf(totals));
        Assert.Equal(published.Recorded("0").Last!.Value.SealedAt, published.Recording.LastSealedAt);
        Assert.False(before.HoldsAllOf(totals));
        before.Refresh();
        Assert.True(before.HoldsAllOf(totals));
        // One track that is not there is enough.
        Assert.False(before.HoldsAllOf([.. totals, new("other", 1, null)]));
    }
}
