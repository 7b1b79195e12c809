using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Harness.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Broadcasting.Tests.Pipeline;

/// <summary>Keys of ten seconds under one init segment for each epoch.</summary>
public sealed class Keys_in_band(Key_periods.Source source) : IClassFixture<Key_periods.Source>
{
    private static readonly KeyPeriodLength s_ten = KeyPeriodLength.TryOf(10, out var length) ? length : throw new InvalidOperationException();

    [Theory]
    [InlineData(ProtectionScheme.Cbcs)]
    [InlineData(ProtectionScheme.Cenc)]
    public async Task Share_an_epochs_init_segment_through_kills_and_restarts(ProtectionScheme scheme)
    {
        using var broadcast = new PublishedBroadcast(scheme, s_ten, KeySignalling.InBand);
        await broadcast.PublishAsync(source.Media, 0, 7);
        var follower = broadcast.ReadElsewhere();
        broadcast.KillAndRestart();
        await broadcast.PublishAsync(source.Media, 7, 12, init: false);
        broadcast.Clock.Shift = TrackHolder.Lease * 3;
        var second = new Publisher("c2", "127.0.0.1 other", true);
        await broadcast.PublishAsync(source.Media, 0, 6, publisher: second);
        broadcast.KillAndRestart();
        await broadcast.PublishAsync(source.Media, 6, 12, init: false, publisher: second);

        Assert.All(broadcast.Recording.Tracks, static track => Assert.Equal(2, track.Files.Inits().Count()));
        follower.Refresh();
        Check(broadcast, follower);
        Check(broadcast, broadcast.ReadElsewhere());
    }

    [Fact]
    public async Task Go_on_under_an_init_segment_that_a_crash_left_without_segments()
    {
        using var broadcast = new PublishedBroadcast(ProtectionScheme.Cbcs, s_ten, KeySignalling.InBand);
        await broadcast.PublishAsync(source.Media, 0, 1);
        foreach (var track in broadcast.Recording.Tracks)
        {
            File.Delete(track.Files.RecordPath(0));
            File.Delete(track.Files.SegmentPath(0));
        }

        broadcast.KillAndRestart();
        // The first to be sealed is of the second period already.
        await broadcast.PublishAsync(source.Media, 5, 12, init: false);
        var before = broadcast.Recording;
        broadcast.KillAndRestart();

        Assert.All(broadcast.Recording.Tracks, static track => Assert.Equal([(0u, 0ul)], track.Files.Inits()));
        // By its own name too, which is the one that manifests give.
        Assert.All(broadcast.ReadElsewhere().Tracks, static track => Assert.Equal(0ul, track.InitOf(0, 0)!.InitPeriod));
        Check(broadcast, before);
        Check(broadcast, broadcast.ReadElsewhere());
    }

    [Fact]
    public async Task Do_not_hide_that_an_init_segment_of_the_default_form_is_gone()
    {
        using var broadcast = new PublishedBroadcast(ProtectionScheme.Cbcs, s_ten);
        await broadcast.PublishAsync(source.Media, 0, 7);
        File.Delete(broadcast.Recorded("0").Files.InitPath(0, 1));
        Assert.Contains("init-0-1.mp4", Assert.Throws<InvalidDataException>(broadcast.ReadElsewhere).Message, StringComparison.Ordinal);
    }

    /// <summary>Every record verifies over its epoch's init segment and names its period's key, and whoever opened the recording, and when, knows the same of it.</summary>
    private static void Check(PublishedBroadcast broadcast, Recording other)
    {
        broadcast.CheckAsAuditor();
        foreach (var track in broadcast.Recording.Tracks)
        {
            for (uint n = 0; n < track.Count; n++)
            {
                var record = track.Files.ReadRecord(n)!.Record;
                using var key = broadcast.KeyFor(track.Init!.Description.Class, record.CryptoPeriod);
                Assert.Equal((key.Id, s_ten.PeriodOf(record.DecodeTime, record.Timescale)), (record.KeyId, record.CryptoPeriod));
                var init = track.InitOf(record.Epoch, record.CryptoPeriod)!;
                Assert.Equal((record.InitHash, record.KeyId), (init.Hash, init.KeyId));
                Assert.Equal(init, other.Find(track.Name)!.InitOf(record.Epoch, record.CryptoPeriod));
            }
        }
    }
}
