using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using LiveLedger.Media.Boxes;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Tests.Packaging;

public sealed class TrackPackagerTests
{
    private static readonly byte[] s_key = "sixteen byte key"u8.ToArray();
    private static readonly byte[] s_iv = "constant vector."u8.ToArray();

    [Theory]
    [InlineData(ProtectionScheme.Cbcs, true)]
    [InlineData(ProtectionScheme.Cbcs, false)]
    [InlineData(ProtectionScheme.Cenc, true)]
    [InlineData(ProtectionScheme.Cenc, false)]
    public void A_reader_of_the_standard_gets_every_sample_back(ProtectionScheme scheme, bool isVideo) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll<int>(seed =>
        {
            var source = new SyntheticTrack(seed, isVideo);
            using var packager = Open(source, scheme);
            ulong iv = 41;
            var seen = 0;
            for (uint sequence = 0; sequence < 3; sequence++)
            {
                var clear = source.NextSegment(fragments: (int)sequence + 1);
                var before = iv;
                var delivered = Package(packager, clear, sequence, 480_000, ref iv);
                var read = DeliveredSegment.Read(delivered, s_key, scheme == ProtectionScheme.Cbcs ? s_iv : null, isVideo);
                var expected = source.Samples[seen..];
                Assert.Equal(expected.Count, read.Clear.Count);
                for (var i = 0; i < expected.Count; i++)
                {
                    Assert.Equal(expected[i], read.Clear[i]);
                    CheckSubsamples(read.Auxiliary[i].Subsamples, read.Auxiliary[i].Size, scheme, isVideo);
                }

                Assert.Equal(before + (scheme == ProtectionScheme.Cenc ? (ulong)expected.Count : 0), iv);
                Assert.All(read.Numbers, number => Assert.Equal(sequence + 1, number));
                Assert.Equal(480_000ul + 1024 * (ulong)seen, read.DecodeTimes[0]);
                Assert.DoesNotContain(BoxType.Uuid, read.TopLevel);
                seen = source.Samples.Count;
            }
        }));

    [Fact]
    public void Samples_of_cenc_never_share_an_iv()
    {
        var source = new SyntheticTrack(5, isVideo: true);
        using var packager = Open(source, ProtectionScheme.Cenc);
        var ivs = new HashSet<string>();
        ulong iv = 0;
        for (uint sequence = 0; sequence < 5; sequence++)
        {
            var delivered = Package(packager, source.NextSegment(2), sequence, 0, ref iv);
            var read = DeliveredSegment.Read(delivered, s_key, null, isVideo: true);
            Assert.All(read.Auxiliary, sample => Assert.True(ivs.Add(Convert.ToHexString(sample.Iv))));
        }

        Assert.Equal((ulong)source.Samples.Count, iv);
        Assert.Equal(source.Samples.Count, ivs.Count);
    }

    [Fact]
    public void Inspecting_says_when_what_and_how_much()
    {
        var source = new SyntheticTrack(2, isVideo: true);
        using var packager = Open(source, ProtectionScheme.Cbcs);
        Assert.True(packager.TryInspect(source.NextSegment(3), out var first, out _));
        var count = source.Samples.Count;
        Assert.Equal((0ul, (uint)(1024 * count), count), (first.DecodeTime, first.Duration, first.SampleCount));
        Assert.True(first.StartsWithSync);
        Assert.False(first.IsLast);
        Assert.True(packager.TryInspect(source.NextSegment(isLast: true), out var second, out _));
        Assert.Equal(1024ul * (ulong)count, second.DecodeTime);
        Assert.True(second.IsLast);
    }

    [Theory]
    [InlineData(ProtectionScheme.Cbcs, true)]
    [InlineData(ProtectionScheme.Cbcs, false)]
    [InlineData(ProtectionScheme.Cenc, true)]
    [InlineData(ProtectionScheme.Cenc, false)]
    public void Packaging_allocates_nothing_after_the_first_segments(ProtectionScheme scheme, bool isVideo)
    {
        var source = new SyntheticTrack(11, isVideo);
        using var packager = Open(source, scheme);
        var segments = Enumerable.Range(0, 40).Select(_ => source.NextSegment(3)).ToArray();
        var output = new ArrayBufferWriter<byte>(1 << 21);
        ulong iv = 0;
        uint sequence = 0;
        long allocated = 0;
        for (var round = 0; round < 2; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            foreach (var segment in segments)
            {
                output.ResetWrittenCount();
                if (!packager.TryPackage(segment, sequence++, 0, ref iv, output, out _))
                {
                    Assert.Fail("refused");
                }
            }

            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Assert.Equal(0, allocated);
    }

    [Fact]
    public void A_mutated_segment_or_init_is_packaged_or_refused_but_never_throws() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(3000), Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            var source = new SyntheticTrack(seed % 7, isVideo: seed % 2 == 0);
            var init = Mutate(source.Init, random, random.Next(3));
            var segment = Mutate(source.NextSegment(2), random, random.Next(1, 4));
            using var key = new ContentKey(default, s_key);
            if (!TrackPackager.TryOpen(init, PackagingTerms.Cenc(key), out var packager, out var fault))
            {
                Assert.NotEmpty(fault.Code);
                return;
            }

            using (packager)
            {
                ulong iv = 3;
                var output = new ArrayBufferWriter<byte>();
                var isPackaged = packager.TryPackage(segment, 0, 0, ref iv, output, out fault);
                Assert.Equal(isPackaged, string.IsNullOrEmpty(fault.Code));
                Assert.Equal(isPackaged, output.WrittenCount > 0);
                Assert.Equal(isPackaged, iv > 3);
                Assert.True(packager.TryInspect(segment, out _, out _) || !isPackaged);
            }
        }));

    [Fact]
    public void Bytes_of_an_mdat_that_no_sample_names_are_not_delivered_in_the_clear()
    {
        var source = new SyntheticTrack(3, isVideo: false);
        using var packager = Open(source, ProtectionScheme.Cbcs);
        var segment = source.NextSegment();
        var at = segment.AsSpan().LastIndexOf("mdat"u8) - 4;
        var hidden = "left over by the encoder"u8;
        byte[] longer = [.. segment, .. hidden];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(longer.AsSpan(at), longer.Length - at);
        ulong iv = 0;
        var delivered = Package(packager, longer, 0, 0, ref iv);
        Assert.Equal(-1, delivered.IndexOf(hidden));
    }

    [Theory]
    [InlineData("moof", 0x6d6f6f78u, MediaFaultCode.SegmentIncomplete)]
    [InlineData("mdat", 0x6d646178u, MediaFaultCode.SegmentIncomplete)]
    [InlineData("tfdt", 0x74666478u, MediaFaultCode.SegmentIncomplete)]
    [InlineData("moof", 0x6d6f6f76u, MediaFaultCode.SegmentIncomplete)]
    public void A_segment_without_what_it_needs_is_refused_by_name(string box, uint instead, string code)
    {
        var source = new SyntheticTrack(4, isVideo: false);
        using var packager = Open(source, ProtectionScheme.Cbcs);
        var segment = source.NextSegment();
        var at = segment.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(box));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(segment.AsSpan(at), instead);
        Assert.False(packager.TryInspect(segment, out _, out var fault));
        Assert.Equal(code, fault.Code);
    }

    [Fact]
    public void Ivs_that_would_run_over_are_not_used()
    {
        var source = new SyntheticTrack(4, isVideo: false);
        using var packager = Open(source, ProtectionScheme.Cenc);
        var segment = source.NextSegment();
        var iv = ulong.MaxValue - 1;
        Assert.Throws<ArgumentOutOfRangeException>(
            () => packager.TryPackage(segment, 0, 0, ref iv, new ArrayBufferWriter<byte>(), out _));
        Assert.Equal(ulong.MaxValue - 1, iv);
    }

    private static void CheckSubsamples(
        List<(int Clear, int Protected)> subsamples, int size, ProtectionScheme scheme, bool isVideo)
    {
        if (!isVideo)
        {
            Assert.Empty(subsamples);
            return;
        }

        Assert.Equal(size, subsamples.Sum(entry => entry.Clear + entry.Protected));
        Assert.All(subsamples, entry =>
            Assert.True(scheme == ProtectionScheme.Cbcs || entry.Protected % 16 == 0, $"{entry.Protected} protected"));
        // Runs are merged: a clear-only entry is a full one, or the sample's last.
        Assert.All(
            subsamples.SkipLast(1), entry => Assert.True(entry.Protected > 0 || entry.Clear == ushort.MaxValue));
    }

    private static TrackPackager Open(SyntheticTrack source, ProtectionScheme scheme)
    {
        using var key = new ContentKey(KeyId.Read("0123456789abcdef"u8), s_key);
        var terms = scheme == ProtectionScheme.Cenc ? PackagingTerms.Cenc(key) : PackagingTerms.Cbcs(key, s_iv);
        Assert.True(TrackPackager.TryOpen(source.Init, terms, out var packager, out var fault), fault.ToString());
        return packager;
    }

    private static ReadOnlySpan<byte> Package(
        TrackPackager packager, byte[] segment, uint sequence, ulong offset, ref ulong iv)
    {
        var output = new ArrayBufferWriter<byte>();
        Assert.True(packager.TryPackage(segment, sequence, offset, ref iv, output, out var fault), fault.ToString());
        return output.WrittenSpan;
    }

    private static byte[] Mutate(byte[] bytes, Random random, int times)
    {
        for (; times > 0 && bytes.Length > 0; times--)
        {
            var at = random.Next(Math.Min(bytes.Length, random.Next(2) == 0 ? 600 : bytes.Length));
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)(random.Next(2) * 255);
                    break;
                case 2:
                    bytes = bytes[..at];
                    break;
                default:
                    bytes = [.. bytes[..at], .. bytes[random.Next(bytes.Length)..]];
                    break;
            }
        }

        return bytes;
    }
}
