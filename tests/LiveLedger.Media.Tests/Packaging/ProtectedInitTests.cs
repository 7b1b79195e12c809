using System.Buffers.Binary;
using LiveLedger.Media.Boxes;
using LiveLedger.Media.Packaging;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Tracks;

namespace LiveLedger.Media.Tests.Packaging;

public sealed class ProtectedInitTests
{
    [Theory]
    [InlineData(ProtectionScheme.Cbcs, true, "01000000" + "0019" + "0100")]
    [InlineData(ProtectionScheme.Cbcs, false, "01000000" + "0000" + "0100")]
    [InlineData(ProtectionScheme.Cenc, true, "00000000" + "0000" + "0108")]
    [InlineData(ProtectionScheme.Cenc, false, "00000000" + "0000" + "0108")]
    public void The_sample_entry_says_scheme_key_and_iv(ProtectionScheme scheme, bool isVideo, string head)
    {
        using var key = new ContentKey(KeyId.Read("0123456789abcdef"u8), "sixteen byte key"u8);
        var terms = scheme == ProtectionScheme.Cenc ? PackagingTerms.Cenc(key) : PackagingTerms.Cbcs(key, "constant vector."u8);
        Assert.True(TrackPackager.TryOpen(new SyntheticTrack(1, isVideo).Init, terms, out var packager, out _));
        var init = packager.Init.Span;
        packager.Dispose();

        var entry = Open(init, isVideo ? BoxType.Encv : BoxType.Enca, BoxType.Moov, BoxType.Trak, BoxType.Mdia, BoxType.Minf,
            BoxType.Stbl, BoxType.Stsd)[(isVideo ? 78 : 28)..];
        var sinf = Open(entry, BoxType.Sinf);
        Assert.Equal(isVideo ? "avc1" : "mp4a", System.Text.Encoding.ASCII.GetString(Open(sinf, BoxType.Frma)));
        byte[] schm = [0, 0, 0, 0, .. scheme == ProtectionScheme.Cenc ? "cenc"u8 : "cbcs"u8, 0, 1, 0, 0];
        Assert.Equal(schm, Open(sinf, BoxType.Schm));
        byte[] iv = scheme == ProtectionScheme.Cenc ? [] : [16, .. "constant vector."u8];
        byte[] tenc = [.. Convert.FromHexString(head), .. "0123456789abcdef"u8, .. iv];
        Assert.Equal(tenc, Open(sinf, BoxType.Tenc, BoxType.Schi));
        byte[] pssh = [1, 0, 0, 0, .. Convert.FromHexString("1077efecc0b24d02ace33c1e52e2fb4b"), 0, 0, 0, 1, .. "0123456789abcdef"u8, 0, 0, 0, 0];
        Assert.Equal(pssh, Open(init, BoxType.Pssh, BoxType.Moov));
        Assert.Equal(-1, init.IndexOf("sixteen byte key"u8));
    }

    [Fact]
    public void The_init_segment_lists_the_keys_of_all_tracks()
    {
        using var key = new ContentKey(KeyId.Read("0123456789abcdef"u8), "sixteen byte key"u8);
        var terms = PackagingTerms.Cenc(key).Listing([KeyId.Read("another key's id"u8), key.Id, KeyId.Read("a third key's id"u8)]);
        Assert.True(TrackPackager.TryOpen(new SyntheticTrack(1, isVideo: true).Init, terms, out var packager, out _));
        var init = packager.Init.Span;
        packager.Dispose();

        byte[] pssh = [1, 0, 0, 0, .. Convert.FromHexString("1077efecc0b24d02ace33c1e52e2fb4b"), 0, 0, 0, 3,
            .. "another key's id"u8, .. "0123456789abcdef"u8, .. "a third key's id"u8, 0, 0, 0, 0];
        Assert.Equal(pssh, Open(init, BoxType.Pssh, BoxType.Moov));
    }

    [Fact]
    public void A_track_is_described_by_its_init_segment()
    {
        Assert.True(InitProbe.TryDescribe(new SyntheticTrack(1, isVideo: false).Init, out var audio, out _));
        Assert.Equal(
            new AudioDescription { Codec = "mp4a.40.2", Timescale = 48000, Language = "eng", SampleRate = 48000, Channels = 2 },
            audio);
        Assert.True(InitProbe.TryDescribe(new SyntheticTrack(1, isVideo: true).Init, out var video, out _));
        Assert.Matches("^avc1\\.(4d|f4)0028$", video.Codec);
    }

    [Theory]
    [InlineData("trak", "trax", MediaFaultCode.InitNotSingleTrack)]
    [InlineData("mvex", "mvey", MediaFaultCode.InitNotFragmented)]
    [InlineData("stsd", "stse", MediaFaultCode.InitIncomplete)]
    [InlineData("avc1", "hvc1", MediaFaultCode.CodecUnsupported)]
    [InlineData("avc1", "encv", MediaFaultCode.CodecUnsupported)]
    [InlineData("vide", "soun", MediaFaultCode.CodecUnsupported)]
    [InlineData("avcC", "avcD", MediaFaultCode.InitIncomplete)]
    [InlineData("moov", "moow", MediaFaultCode.InitIncomplete)]
    public void What_cannot_be_packaged_is_refused_by_name(string box, string instead, string code)
    {
        var init = new SyntheticTrack(1, isVideo: true).Init;
        var at = init.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(box));
        System.Text.Encoding.ASCII.GetBytes(instead).CopyTo(init, at);
        Assert.False(InitProbe.TryDescribe(init, out _, out var fault));
        Assert.Equal(code, fault.Code);
    }

    [Fact]
    public void A_second_track_is_refused()
    {
        var init = new SyntheticTrack(1, isVideo: true).Init;
        var moov = init.AsSpan().IndexOf("moov"u8) - 4;
        var trak = init.AsSpan().IndexOf("trak"u8) - 4;
        var length = BinaryPrimitives.ReadInt32BigEndian(init.AsSpan(trak));
        byte[] doubled = [.. init[..trak], .. init[trak..(trak + length)], .. init[trak..]];
        BinaryPrimitives.WriteInt32BigEndian(doubled.AsSpan(moov), doubled.Length - moov);
        Assert.False(InitProbe.TryDescribe(doubled, out _, out var fault));
        Assert.Equal(MediaFaultCode.InitNotSingleTrack, fault.Code);
    }

    // The body of `type` at the end of a path of boxes; stsd has 8 bytes before its children.
    private static ReadOnlySpan<byte> Open(ReadOnlySpan<byte> data, uint type, params ReadOnlySpan<uint> path)
    {
        foreach (var step in path)
        {
            data = Open(data, step)[(step == BoxType.Stsd ? 8 : 0)..];
        }

        var reader = new BoxReader(data);
        Assert.True(reader.TryFind(type, out var box));
        return box.Body;
    }
}
