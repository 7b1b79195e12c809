using System.Buffers.Binary;
using LiveLedger.Broadcasting.Pipeline;
using LiveLedger.Media.Protection;

namespace LiveLedger.Broadcasting.Tests.Pipeline;

/// <summary>The law read off the delivered bytes: what an attacker who has all ciphertext would look for.</summary>
public sealed class Key_and_iv_pairs(TenSeconds ten) : IClassFixture<TenSeconds>
{
    [Fact]
    public async Task No_pair_is_used_twice_under_cenc_across_renditions_epochs_and_kills()
    {
        using var broadcast = new PublishedBroadcast(ProtectionScheme.Cenc);
        await broadcast.PublishAsync(ten.Source, 0, 3);
        broadcast.KillAndRestart();
        await broadcast.PublishAsync(ten.Source, 3, 5, init: false);
        broadcast.KillAndRestart();
        broadcast.Clock.Shift = TrackHolder.Lease * 3;
        await broadcast.PublishAsync(ten.Source, 0, 3);
        broadcast.KillAndRestart();
        await broadcast.PublishAsync(ten.Source, 4, 5, init: false);

        var used = new HashSet<(KeyId, ulong)>();
        var samples = 0;
        foreach (var track in broadcast.Recording.Tracks)
        {
            Assert.Equal(9u, track.Count);
            for (uint n = 0; n < track.Count; n++)
            {
                var key = track.Files.ReadRecord(n)!.Record.KeyId;
                foreach (var iv in SampleIvs(File.ReadAllBytes(track.Files.SegmentPath(n))))
                {
                    Assert.True(used.Add((key, iv)), $"track {track.Name} segment {n} repeats IV {iv:x16}");
                    samples++;
                }
            }
        }

        // Both renditions have one class, hence one key: the case the law is about.
        Assert.Equal(2, used.Select(static pair => pair.Item1).Distinct().Count());
        Assert.True(samples > 1000, $"only {samples} samples were seen");
    }

    [Fact]
    public async Task Each_track_and_epoch_has_a_constant_iv_of_its_own_under_cbcs()
    {
        using var broadcast = new PublishedBroadcast();
        await broadcast.PublishAsync(ten.Source, 0, 2);
        broadcast.KillAndRestart();
        broadcast.Clock.Shift = TrackHolder.Lease * 3;
        await broadcast.PublishAsync(ten.Source, 0, 2);
        var pairs = new HashSet<string>();
        foreach (var track in broadcast.Recording.Tracks)
        {
            foreach (var (epoch, period) in track.Files.Inits())
            {
                var init = File.ReadAllBytes(track.Files.InitPath(epoch, period));
                // tenc: version and flags, two bytes, isProtected, IV size 0, KID, IV length 16, IV (ISO/IEC 23001-7 §8.2).
                var tenc = init.AsSpan(init.AsSpan().IndexOf("tenc"u8) + 4);
                Assert.Equal((0, 16), (tenc[7], tenc[24]));
                Assert.True(pairs.Add(Convert.ToHexString(tenc.Slice(8, 16)) + Convert.ToHexString(tenc.Slice(25, 16))));
            }
        }

        Assert.Equal(6, pairs.Count);
    }

    // ISO/IEC 23001-7 §7.2: senc is version and flags, count, then for each sample its IV and, by flag 2, its subsamples.
    private static IEnumerable<ulong> SampleIvs(byte[] segment)
    {
        for (var at = 0; segment.AsSpan(at).IndexOf("senc"u8) is >= 0 and var found;)
        {
            var senc = at + found + 4;
            var hasSubsamples = (BinaryPrimitives.ReadUInt32BigEndian(segment.AsSpan(senc)) & 2) != 0;
            var count = BinaryPrimitives.ReadUInt32BigEndian(segment.AsSpan(senc + 4));
            at = senc + 8;
            for (uint i = 0; i < count; i++)
            {
                yield return BinaryPrimitives.ReadUInt64BigEndian(segment.AsSpan(at));
                at += 8;
                if (hasSubsamples)
                {
                    at += 2 + 6 * BinaryPrimitives.ReadUInt16BigEndian(segment.AsSpan(at));
                }
            }

            // The next senc stands before the next mdat; ciphertext after this one may hold anything.
            var size = (int)BinaryPrimitives.ReadUInt32BigEndian(segment.AsSpan(segment.AsSpan(at).IndexOf("mdat"u8) + at - 4));
            at += segment.AsSpan(at).IndexOf("mdat"u8) - 4 + size;
        }
    }
}
