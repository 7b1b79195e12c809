using LiveLedger.Broadcasting.Tests.Pipeline;
using LiveLedger.Harness.Media;

namespace LiveLedger.Broadcasting.Tests.Origin;

public sealed class A_full_disk
{
    [Fact]
    public async Task A_segment_that_does_not_fit_is_refused_with_507_and_the_stream_goes_on_when_there_is_room()
    {
        using var broadcast = new PublishedBroadcast();
        using var tiny = await CmafSource.MakeTinyAsync();
        await broadcast.PublishAsync(tiny, 0, 1);
        // The kernel's own full device: writing to it fails with ENOSPC.
        var staged = broadcast.Recorded("0").Files.SegmentPath(1) + ".unfinished";
        File.CreateSymbolicLink(staged, "/dev/full");
        var refusal = await broadcast.SegmentAsync(tiny, "0", 1);
        Assert.Equal((507, "disk-full"), (refusal!.Status, refusal.Code));
        File.Delete(staged);
        Assert.Null(await broadcast.SegmentAsync(tiny, "0", 1));
        Assert.Equal(2u, broadcast.Recorded("0").Count);
        broadcast.CheckAsAuditor();
    }
}
