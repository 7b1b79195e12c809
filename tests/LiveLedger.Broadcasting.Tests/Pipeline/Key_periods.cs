using LiveLedger.Broadcasting.Origin;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Harness.Media;
using LiveLedger.Media;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;

namespace LiveLedger.Broadcasting.Tests.Pipeline;

/// <summary>A broadcast whose keys change every ten seconds, as its files show it.</summary>
public sealed class Key_periods(Key_periods.Source source) : IClassFixture<Key_periods.Source>
{
    private static readonly KeyPeriodLength s_ten = KeyPeriodLength.TryOf(10, out var length) ? length : throw new InvalidOperationException();

    [Theory]
    [InlineData(ProtectionScheme.Cbcs)]
    [InlineData(ProtectionScheme.Cenc)]
    public async Task All_tracks_change_keys_with_the_same_segment_whatever_order_they_come_in(ProtectionScheme scheme)
    {
        using var broadcast = new PublishedBroadcast(scheme, s_ten);
        foreach (var track in source.Media.Tracks)
        {
            Assert.Null(await broadcast.InitAsync(source.Media, track));
        }

        // One track is three segments behind the others all the time.
        for (var i = 0; i < 15; i++)
        {
            foreach (var (track, at) in new[] { ("2", i), ("0", i), ("1", i - 3) })
            {
                if (at is >= 0 and < 12)
                {
                    Assert.Null(await broadcast.SegmentAsync(source.Media, track, at));
                }
            }
        }

        broadcast.CheckAsAuditor();
        foreach (var track in broadcast.Recording.Tracks)
        {
            Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2], Records(track).Select(static r => r.CryptoPeriod));
            Assert.Equal([(0u, 0UL), (0u, 1UL), (0u, 2UL)], track.Files.Inits());
            foreach (var record in Records(track))
            {
                using var key = broadcast.KeyFor(track.Init!.Description.Class, record.CryptoPeriod);
                Assert.Equal(key.Id, record.KeyId);
                Assert.True(DeliveredInit.TryReadKeyId(File.ReadAllBytes(track.Files.InitPath(record.Epoch, record.CryptoPeriod)), out var listed));
                Assert.Equal(key.Id, listed);
            }
        }
    }

    [Fact]
    public async Task A_kill_within_a_period_goes_on_under_its_key_and_rewrites_no_init_segment()
    {
        using var broadcast = new PublishedBroadcast(ProtectionScheme.Cbcs, s_ten);
        await broadcast.PublishAsync(source.Media, 0, 7);
        var written = broadcast.Recording.Tracks.ToDictionary(static t => t.Name, static t => File.GetLastWriteTimeUtc(t.Files.InitPath(0, 1)));
        broadcast.KillAndRestart();
        await broadcast.PublishAsync(source.Media, 7, 12, init: false);
        broadcast.CheckAsAuditor();
        foreach (var track in broadcast.Recording.Tracks)
        {
            Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2], Records(track).Select(static r => r.CryptoPeriod));
            Assert.Equal(written[track.Name], File.GetLastWriteTimeUtc(track.Files.InitPath(0, 1)));
        }
    }

    [Fact]
    public async Task An_init_segment_that_a_crash_left_without_segments_is_taken_as_it_is()
    {
        using var broadcast = new PublishedBroadcast(ProtectionScheme.Cbcs, s_ten);
        await broadcast.PublishAsync(source.Media, 0, 5);
        // The crash: after the next period's init segment was durable, before its first segment was.
        var files = broadcast.Recorded("0").Files;
        byte[] left = [.. File.ReadAllBytes(files.InitPath(0, 0)), 0, 0, 0, 8, (byte)'f', (byte)'r', (byte)'e', (byte)'e'];
        await File.WriteAllBytesAsync(files.InitPath(0, 1), left);
        broadcast.KillAndRestart();
        await broadcast.PublishAsync(source.Media, 5, 6, init: false);
        Assert.Equal(left, await File.ReadAllBytesAsync(files.InitPath(0, 1)));
        broadcast.CheckAsAuditor();
    }

    [Fact]
    public async Task A_publisher_that_begins_anew_in_mid_period_gets_an_epoch_with_keys_of_its_own_place()
    {
        using var broadcast = new PublishedBroadcast(ProtectionScheme.Cbcs, s_ten);
        await broadcast.PublishAsync(source.Media, 0, 7);
        broadcast.Clock.Shift = TrackHolder.Lease * 3;
        await broadcast.PublishAsync(source.Media, 0, 6, publisher: new("c2", "127.0.0.1 other", true));
        broadcast.CheckAsAuditor();
        foreach (var track in broadcast.Recording.Tracks)
        {
            var later = Records(track).Where(static r => r.Epoch == 1).ToList();
            Assert.Equal(6, later.Count);
            Assert.All(later, r => Assert.Equal(s_ten.PeriodOf(r.DecodeTime, r.Timescale), r.CryptoPeriod));
            Assert.Equal(Records(track).Select(static r => (r.Epoch, r.CryptoPeriod)).Distinct(), track.Files.Inits());
        }

        var byTrack = broadcast.Recording.Tracks.Select(static t => Records(t).Select(static r => r.CryptoPeriod).ToArray()).ToList();
        Assert.All(byTrack, periods => Assert.Equal(byTrack[0], periods));
    }

    [Fact]
    public async Task An_init_segment_lists_the_keys_of_its_own_period_and_of_those_beside_it()
    {
        using var broadcast = new PublishedBroadcast(ProtectionScheme.Cbcs, s_ten);
        await broadcast.PublishAsync(source.Media, 0, 12);
        foreach (var trackClass in Enum.GetValues<TrackClass>())
        {
            Assert.Equal([true, true, false, false], Listed(0));
            Assert.Equal([true, true, true, false], Listed(1));
            Assert.Equal([false, true, true, true], Listed(2));

            bool[] Listed(ulong inPeriod)
            {
                var init = File.ReadAllBytes(broadcast.Recorded("0").Files.InitPath(0, inPeriod));
                return [.. Enumerable.Range(0, 4).Select(k => Lists(init, (ulong)k))];
            }

            bool Lists(byte[] init, ulong period)
            {
                using var key = broadcast.KeyFor(trackClass, period);
                var id = new byte[KeyId.Length];
                key.Id.CopyTo(id);
                return init.AsSpan().IndexOf(id) >= 0;
            }
        }
    }

    private static IEnumerable<Media.Records.SegmentRecord> Records(TrackRecording track)
    {
        for (uint n = 0; n < track.Count; n++)
        {
            yield return track.Files.ReadRecord(n)!.Record;
        }
    }

    /// <summary>24 s of picture in two sizes, and sound.</summary>
    public sealed class Source : IAsyncLifetime
    {
        internal CmafSource Media { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Media = await CmafSource.MakeAsync(24);

        public ValueTask DisposeAsync()
        {
            Media.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
