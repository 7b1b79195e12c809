using System.Buffers;
using System.Buffers.Binary;
using LiveLedger.Media.Boxes;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;

namespace LiveLedger.Media.Tests.Packaging;

/// <summary>Fragments that name their own key, read by the standard's byte tables.</summary>
public sealed class Keys_in_band
{
    private static readonly byte[] s_key = "sixteen byte key"u8.ToArray();
    private static readonly byte[] s_iv = "constant vector."u8.ToArray();
    private static readonly KeyId s_first = KeyId.Read("the first key id"u8);
    private static readonly KeyId s_own = KeyId.Read("the key id there"u8);
    private static readonly KeyId s_other = KeyId.Read("other class's id"u8);

    [Theory]
    [InlineData(ProtectionScheme.Cbcs, true)]
    [InlineData(ProtectionScheme.Cbcs, false)]
    [InlineData(ProtectionScheme.Cenc, true)]
    [InlineData(ProtectionScheme.Cenc, false)]
    public void Each_fragment_names_its_key_and_lists_the_ids_of_all_classes(ProtectionScheme scheme, bool isVideo)
    {
        var source = new SyntheticTrack(7, isVideo);
        var segment = Package(source, source.NextSegment(fragments: 3), scheme, inBand: true);
        var (fragments, samples) = (0, 0);
        var top = new BoxReader(segment);
        while (top.TryRead(out var box))
        {
            if (box.Type == BoxType.Moof)
            {
                samples += Check(box.Body, scheme, isVideo);
                fragments++;
            }
        }

        Assert.Equal((3, source.Samples.Count), (fragments, samples));
    }

    [Theory]
    [InlineData(ProtectionScheme.Cbcs, true)]
    [InlineData(ProtectionScheme.Cbcs, false)]
    [InlineData(ProtectionScheme.Cenc, true)]
    [InlineData(ProtectionScheme.Cenc, false)]
    public void Samples_are_those_of_the_default_form_to_the_byte_and_come_back(ProtectionScheme scheme, bool isVideo)
    {
        var source = new SyntheticTrack(7, isVideo);
        var clear = source.NextSegment(fragments: 3);
        var inBand = Package(source, clear, scheme, inBand: true);
        Assert.Equal(Data(Package(source, clear, scheme, inBand: false)), Data(inBand));

        // Offsets and auxiliary information hold behind the groups.
        Assert.Equal(source.Samples, DeliveredSegment.Read(inBand, s_key, scheme == ProtectionScheme.Cbcs ? s_iv : null, isVideo).Clear);
    }

    [Fact]
    public void The_init_segment_names_its_own_key_and_asks_for_none()
    {
        using var key = new ContentKey(s_first, s_key);
        Assert.True(TrackPackager.TryOpen(new SyntheticTrack(7, isVideo: true).Init, PackagingTerms.Cbcs(key, s_iv).InBand(), out var packager, out var fault), fault.ToString());
        using (packager)
        {
            Assert.True(DeliveredInit.TryReadKeyId(packager.Init.Span, out var named));
            Assert.Equal(s_first, named);
            Assert.True(new BoxReader(packager.Init.Span).TryFind(BoxType.Moov, out var moov));
            // Who joins late would ask for the first period's keys.
            Assert.False(new BoxReader(moov.Body).TryFind(BoxType.Pssh, out _));
        }
    }

    private static byte[] Package(SyntheticTrack source, byte[] clear, ProtectionScheme scheme, bool inBand)
    {
        using var key = new ContentKey(s_own, s_key);
        var terms = (scheme == ProtectionScheme.Cenc ? PackagingTerms.Cenc(key) : PackagingTerms.Cbcs(key, s_iv)).Listing([s_own, s_other]);
        Assert.True(TrackPackager.TryOpen(source.Init, inBand ? terms.InBand() : terms, out var packager, out var fault), fault.ToString());
        using (packager)
        {
            var output = new ArrayBufferWriter<byte>();
            ulong iv = 41;
            Assert.True(packager.TryPackage(clear, 0, 0, ref iv, output, out fault), fault.ToString());
            return output.WrittenSpan.ToArray();
        }
    }

    private static List<byte[]> Data(byte[] segment)
    {
        var all = new List<byte[]>();
        var top = new BoxReader(segment);
        while (top.TryFind(BoxType.Mdat, out var mdat))
        {
            all.Add(mdat.Body.ToArray());
        }

        return all;
    }

    /// <summary>Checks a fragment; the number of samples that its group holds.</summary>
    private static int Check(ReadOnlySpan<byte> moof, ProtectionScheme scheme, bool isVideo)
    {
        var isCbcs = scheme == ProtectionScheme.Cbcs;
        Assert.True(new BoxReader(moof).TryFind(BoxType.Traf, out var traf));
        Assert.True(new BoxReader(traf.Body).TryFind(BoxType.Sgpd, out var sgpd));
        // ISO/IEC 14496-12 §8.9.3: version 1, type, length of each description, their number; ISO/IEC 23001-7 §6: the description.
        byte[] description =
        [
            0, isCbcs && isVideo ? (byte)0x19 : (byte)0, 1, isCbcs ? (byte)0 : (byte)8, .. "the key id there"u8, .. (isCbcs ? (byte[])[16, .. s_iv] : []),
        ];
        Assert.Equal([1, 0, 0, 0, .. "seig"u8, 0, 0, 0, (byte)description.Length, 0, 0, 0, 1, .. description], sgpd.Body.ToArray());

        // §8.9.2: version 0, type, one entry: all samples, the fragment's first description.
        Assert.True(new BoxReader(traf.Body).TryFind(BoxType.Sbgp, out var sbgp));
        Assert.Equal(20, sbgp.Body.Length);
        Assert.Equal([0, 0, 0, 0, .. "seig"u8, 0, 0, 0, 1], sbgp.Body[..12].ToArray());
        Assert.Equal([0, 1, 0, 1], sbgp.Body[16..].ToArray());

        Assert.True(new BoxReader(moof).TryFind(BoxType.Pssh, out var pssh));
        Assert.Equal([0, 0, 0, 2, .. "the key id there"u8, .. "other class's id"u8, 0, 0, 0, 0], pssh.Body[20..].ToArray());
        return (int)BinaryPrimitives.ReadUInt32BigEndian(sbgp.Body[12..]);
    }
}
