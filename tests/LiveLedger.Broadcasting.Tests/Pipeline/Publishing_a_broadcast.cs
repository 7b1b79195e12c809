using System.Buffers.Binary;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Harness.Media;
using LiveLedger.Media.Protection;

namespace LiveLedger.Broadcasting.Tests.Pipeline;

/// <summary>One encoding for all tests of the class: ten seconds, two video tracks and audio.</summary>
public sealed class TenSeconds : IAsyncLifetime
{
    internal CmafSource Source { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Source = await CmafSource.MakeAsync(10);

    public ValueTask DisposeAsync()
    {
        Source.Dispose();
        return default;
    }
}

public sealed class Publishing_a_broadcast(TenSeconds ten) : IClassFixture<TenSeconds>
{
    private static readonly Publisher Second = new("c2", "127.0.0.1 Lavf", true);
    private static readonly Publisher Stranger = new("c3", "10.1.1.1 OBS", true);

    [Theory]
    [InlineData(ProtectionScheme.Cbcs)]
    [InlineData(ProtectionScheme.Cenc)]
    public async Task Every_segment_of_a_push_is_sealed_once_in_order(ProtectionScheme scheme)
    {
        using var broadcast = new PublishedBroadcast(scheme);
        await broadcast.PublishAsync(ten.Source, 0, 5);
        Assert.All(broadcast.Recording.Tracks, t => Assert.Equal(5u, t.Count));
        broadcast.CheckAsAuditor();
    }

    [Fact]
    public async Task A_segment_before_its_init_is_refused_with_412()
    {
        using var broadcast = new PublishedBroadcast();
        var refusal = await broadcast.SegmentAsync(ten.Source, "0", 0);
        Assert.Equal((412, "segment-before-init"), (refusal!.Status, refusal.Code));
    }

    [Fact]
    public async Task After_a_kill_the_publisher_goes_on_without_sending_its_init_again()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 2);
        broadcast.KillAndRestart();
        await broadcast.PublishAsync(ten.Source, 3, 5, init: false);
        Assert.All(broadcast.Recording.Tracks, t => Assert.Equal((4u, 0u), (t.Count, t.Last!.Value.Epoch)));
        broadcast.CheckAsAuditor();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_publisher_that_begins_anew_opens_one_epoch_for_all_tracks(bool serverRestarts)
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 4);
        if (serverRestarts)
        {
            broadcast.KillAndRestart();
        }
        else
        {
            foreach (var track in ten.Source.Tracks)
            {
                broadcast.Track(track).Release(PublishedBroadcast.Encoder.Connection);
            }
        }

        broadcast.Clock.Shift = TimeSpan.FromSeconds(30);
        await broadcast.PublishAsync(ten.Source, 0, 3, publisher: Second);
        Assert.Equal(2, broadcast.Recording.Timeline.Epochs.Count);
        var offset = broadcast.Recording.Timeline.Epochs[1].OffsetSeconds;
        Assert.InRange(offset, 28u, 33u);
        Assert.All(broadcast.Recording.Tracks, t =>
        {
            Assert.Equal((7u, 1u), (t.Count, t.Last!.Value.Epoch));
            Assert.True(t.TryGet(4, out var first));
            Assert.InRange(first.DecodeTime / (double)t.Init!.Description.Timescale - offset, 0, 0.1);
        });
        broadcast.CheckAsAuditor();
    }

    [Fact]
    public async Task The_same_init_sent_again_without_a_restart_changes_nothing()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 2);
        await broadcast.PublishAsync(ten.Source, 2, 4);
        Assert.Single(broadcast.Recording.Timeline.Epochs);
        broadcast.CheckAsAuditor();
    }

    [Fact]
    public async Task A_segment_sent_twice_is_taken_once()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 3);
        Assert.Null(await broadcast.SegmentAsync(ten.Source, "0", 2));
        Assert.Equal(3u, broadcast.Recorded("0").Count);
    }

    [Fact]
    public async Task A_late_segment_is_refused()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 1);
        await broadcast.PublishAsync(ten.Source, 2, 3, init: false);
        var refusal = await broadcast.SegmentAsync(ten.Source, "0", 1);
        Assert.Equal((400, "segment-out-of-order"), (refusal!.Status, refusal.Code));
    }

    [Fact]
    public async Task After_a_very_short_segment_an_earlier_one_is_still_refused()
    {
        // Found by fuzzing: an overlap of up to 0.1 s is rounding, but never a step back behind the segment before.
        using var broadcast = new PublishedBroadcast();
        using var tiny = await CmafSource.MakeTinyAsync();
        Assert.Null(await broadcast.InitAsync(tiny, "0"));
        var shortened = (byte[])tiny.Segments("0")[1].Clone();
        // tfhd's default_sample_duration: 0x800 ticks of 10,240 a second become 4; ten samples last 4 ms.
        var duration = shortened.AsSpan().IndexOf("tfhd"u8) + 16;
        Assert.Equal(0x800u, BinaryPrimitives.ReadUInt32BigEndian(shortened.AsSpan(duration)));
        BinaryPrimitives.WriteUInt32BigEndian(shortened.AsSpan(duration), 4);
        Assert.Null(await broadcast.Track("0").PutSegmentAsync(shortened, PublishedBroadcast.Encoder, CancellationToken.None));
        var earlier = (byte[])tiny.Segments("0")[1].Clone();
        var decodeTime = earlier.AsSpan().IndexOf("tfdt"u8) + 8;
        var original = BinaryPrimitives.ReadUInt64BigEndian(earlier.AsSpan(decodeTime));
        BinaryPrimitives.WriteUInt64BigEndian(earlier.AsSpan(decodeTime), original - 200);
        var refusal = await broadcast.Track("0").PutSegmentAsync(earlier, PublishedBroadcast.Encoder, CancellationToken.None);
        Assert.Equal("segment-out-of-order", refusal!.Code);
    }

    [Fact]
    public async Task A_second_publisher_on_a_live_track_is_refused_and_the_first_goes_on()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 3);
        // The same encoder, started twice: the same init segment, decode times from zero.
        Assert.Null(await broadcast.InitAsync(ten.Source, "0", Second));
        var refusal = await broadcast.SegmentAsync(ten.Source, "0", 0, Second);
        Assert.Equal((403, "track-held"), (refusal!.Status, refusal.Code));
        Assert.NotNull(refusal.RetryAfter);
        // Another encoder, with a configuration of its own.
        Assert.Equal("track-held", (await broadcast.Track("0").PutInitAsync(ten.Source.Init("1"), Stranger, CancellationToken.None))!.Code);
        Assert.Equal("track-held", (await broadcast.SegmentAsync(ten.Source, "0", 3, Stranger))!.Code);
        Assert.Null(await broadcast.SegmentAsync(ten.Source, "0", 3));
        Assert.Single(broadcast.Recording.Timeline.Epochs);
        broadcast.CheckAsAuditor();
    }

    [Fact]
    public async Task A_silent_publisher_loses_its_track_after_its_lease()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 2);
        broadcast.Clock.Shift = TrackHolder.Lease + TimeSpan.FromSeconds(1);
        await broadcast.PublishAsync(ten.Source, 0, 2, publisher: Stranger);
        Assert.Equal(2, broadcast.Recording.Timeline.Epochs.Count);
        broadcast.CheckAsAuditor();
    }

    [Fact]
    public async Task Audio_on_a_video_track_is_refused()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 1);
        var refusal = await broadcast.Track("0").PutInitAsync(ten.Source.Init("2"), PublishedBroadcast.Encoder, CancellationToken.None);
        Assert.Equal("track-changed-kind", refusal!.Code);
    }

    [Fact]
    public async Task A_seventeenth_track_is_refused_and_paths_without_an_init_do_not_count()
    {
        using var broadcast = new PublishedBroadcast();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("segment-before-init", (await broadcast.Track($"wrong{i}").PutSegmentAsync(ten.Source.Segments("0")[0], PublishedBroadcast.Encoder, CancellationToken.None))!.Code);
        }

        for (var i = 0; i < 16; i++)
        {
            Assert.Null(await broadcast.Track($"t{i}").PutInitAsync(ten.Source.Init("0"), PublishedBroadcast.Encoder, CancellationToken.None));
        }

        Assert.Equal("too-many-tracks", (await broadcast.Track("one-more").PutInitAsync(ten.Source.Init("0"), PublishedBroadcast.Encoder, CancellationToken.None))!.Code);
    }

    [Fact]
    public async Task An_encoder_that_restarts_with_other_settings_while_it_is_still_waited_for_is_let_in_later_without_sending_its_init_again()
    {
        // ffmpeg's default: a connection for each request, so its end is not seen; and it sends its init once.
        var before = PublishedBroadcast.Encoder with { KeepsAlive = false };
        var after = before with { Connection = "c7" };
        using var broadcast = new PublishedBroadcast();
        Assert.Null(await broadcast.InitAsync(ten.Source, "0", before));
        Assert.Null(await broadcast.SegmentAsync(ten.Source, "0", 0, before));
        Assert.Null(await broadcast.SegmentAsync(ten.Source, "0", 1, before));
        var changed = Rewritten(ten.Source.Init("0"));
        Assert.Equal("track-held", (await broadcast.Track("0").PutInitAsync(changed, after, CancellationToken.None))!.Code);
        Assert.Equal("track-held", (await broadcast.SegmentAsync(ten.Source, "0", 0, after with { Connection = "c8" }))!.Code);
        broadcast.Clock.Shift = TrackHolder.Lease + TimeSpan.FromSeconds(1);
        Assert.Null(await broadcast.SegmentAsync(ten.Source, "0", 1, after with { Connection = "c9" }));
        Assert.Equal(1u, broadcast.Recorded("0").Last!.Value.Epoch);
        broadcast.CheckAsAuditor();
    }

    [Fact]
    public async Task A_decode_time_that_runs_ahead_of_the_clock_is_refused_and_harms_nobody()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 2);
        var wild = (byte[])ten.Source.Segments("0")[2].Clone();
        BinaryPrimitives.WriteUInt64BigEndian(wild.AsSpan(wild.AsSpan().IndexOf("tfdt"u8) + 8), 1_000_000_000);
        Assert.Equal("decode-time-out-of-range", (await broadcast.Track("0").PutSegmentAsync(wild, PublishedBroadcast.Encoder, CancellationToken.None))!.Code);
        Assert.Null(await broadcast.SegmentAsync(ten.Source, "0", 2));
    }

    [Fact]
    public async Task No_record_is_made_after_the_signer_certificate_ends()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 1);
        broadcast.SignerNotAfter = DateTimeOffset.UtcNow.AddSeconds(-1);
        broadcast.KillAndRestart();
        Assert.Equal("signer-expired", (await broadcast.SegmentAsync(ten.Source, "0", 1))!.Code);
    }

    [Fact]
    public async Task After_a_failed_seal_the_signature_that_is_on_disk_is_published_and_no_other_is_made()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 1);
        var files = broadcast.Recorded("0").Files;
        // The record is staged and cannot get its name: a folder is in its way.
        Directory.CreateDirectory(files.RecordPath(1));
        await Assert.ThrowsAnyAsync<Exception>(() => broadcast.SegmentAsync(ten.Source, "0", 1));
        var signed = File.ReadAllBytes(files.RecordPath(1) + ".unfinished");
        Directory.Delete(files.RecordPath(1));
        Assert.Null(await broadcast.SegmentAsync(ten.Source, "0", 2));
        Assert.Equal(signed, File.ReadAllBytes(files.RecordPath(1)));
        Assert.Equal(3u, broadcast.Recorded("0").Count);
        broadcast.CheckAsAuditor();
    }

    [Fact]
    public async Task Nothing_is_taken_after_the_end()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 2);
        await broadcast.Pipeline.CloseAsync();
        Assert.Equal("broadcast-not-live", (await broadcast.SegmentAsync(ten.Source, "0", 2))!.Code);
        broadcast.Pipeline.Reopen();
        Assert.Null(await broadcast.SegmentAsync(ten.Source, "0", 2));
    }

    /// <summary>The same init segment with another handler name: another configuration, of equal length and meaning.</summary>
    private static byte[] Rewritten(byte[] init)
    {
        var changed = (byte[])init.Clone();
        changed[changed.AsSpan().IndexOf("VideoHandler"u8)] ^= 0x20;
        return changed;
    }
}
