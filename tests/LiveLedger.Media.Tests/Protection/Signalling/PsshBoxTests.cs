using System.Text;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Protection.Signalling;

namespace LiveLedger.Media.Tests.Protection.Signalling;

public sealed class PsshBoxTests
{
    // The id of the examples in Microsoft's specification of the header; its little-endian form is PV1LM/VEVk+kEOB8qqcWDg==.
    private static readonly KeyId s_first = new(new("334b5d3d-44f5-4f56-a410-e07caaa7160e"));
    private static readonly KeyId s_second = new(new("00112233-4455-6677-8899-aabbccddeeff"));

    [Theory]
    [InlineData(ProtectionScheme.Cenc, "48e3dc959b06")]
    [InlineData(ProtectionScheme.Cbcs, "48f3c6899b06")]
    public void Widevine_is_told_each_key_and_the_scheme(ProtectionScheme scheme, string schemeField)
    {
        var ids = "1210334b5d3d44f54f56a410e07caaa7160e" + "121000112233445566778899aabbccddeeff";
        var expected = "0000004a" + "70737368" + "00000000" + "edef8ba979d64acea3c827dcd51d21ed" + "0000002a" + ids + schemeField;
        Assert.Equal(expected, Convert.ToHexStringLower(PsshBox.Of(DrmSystem.Widevine, [s_first, s_second], scheme)!));
    }

    [Theory]
    [InlineData(ProtectionScheme.Cenc, "AESCTR")]
    [InlineData(ProtectionScheme.Cbcs, "AESCBC")]
    public void PlayReady_is_told_each_key_in_a_header_of_version_4_3(ProtectionScheme scheme, string algorithm)
    {
        var box = PsshBox.Of(DrmSystem.PlayReady, [s_first, s_second], scheme)!;
        var text = $"<WRMHEADER xmlns=\"http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader\" version=\"4.3.0.0\"><DATA><PROTECTINFO><KIDS>"
            + $"<KID ALGID=\"{algorithm}\" VALUE=\"PV1LM/VEVk+kEOB8qqcWDg==\"></KID><KID ALGID=\"{algorithm}\" VALUE=\"MyIRAFVEd2aImaq7zN3u/w==\"></KID>"
            + "</KIDS></PROTECTINFO></DATA></WRMHEADER>";
        var record = Encoding.Unicode.GetBytes(text);
        byte[] pro = [.. BitConverter.GetBytes(10 + record.Length), 1, 0, 1, 0, .. BitConverter.GetBytes((ushort)record.Length), .. record];

        Assert.Equal(pro, PlayReadyObject.Of([s_first, s_second], scheme));
        Assert.Equal("70737368" + "00000000" + "9a04f07998404286ab92e65be0885f95", Convert.ToHexStringLower(box[4..28]));
        Assert.Equal(32 + pro.Length, box.Length);
        Assert.Equal(pro, box[32..]);
    }

    [Theory]
    [InlineData(DrmSystem.ClearKey, "e2719d58a985b3c9781ab030af78d30e")]
    [InlineData(DrmSystem.Common, "1077efecc0b24d02ace33c1e52e2fb4b")]
    public void ClearKey_is_a_list_of_ids(DrmSystem system, string id)
    {
        var expected = "00000044" + "70737368" + "01000000" + id + "00000002" + "334b5d3d44f54f56a410e07caaa7160e" + "00112233445566778899aabbccddeeff" + "00000000";
        Assert.Equal(expected, Convert.ToHexStringLower(PsshBox.Of(system, [s_first, s_second], ProtectionScheme.Cbcs)!));
    }

    [Fact]
    public void FairPlay_has_no_box() => Assert.Null(PsshBox.Of(DrmSystem.FairPlay, [s_first], ProtectionScheme.Cbcs));

    [Fact]
    public void FairPlay_is_signalled_for_cbcs_only()
    {
        Assert.Equal(
            "#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://334b5d3d44f54f56a410e07caaa7160e\",KEYFORMAT=\"com.apple.streamingkeydelivery\",KEYFORMATVERSIONS=\"1\"",
            DrmSignalling.HlsKey(DrmSystem.FairPlay, s_first, ProtectionScheme.Cbcs));
        Assert.Null(DrmSignalling.HlsKey(DrmSystem.FairPlay, s_first, ProtectionScheme.Cenc));
        Assert.Null(DrmSignalling.DashName(DrmSystem.FairPlay));
        Assert.Null(DrmSignalling.DashContent(DrmSystem.FairPlay, [s_first], ProtectionScheme.Cbcs));
    }

    [Theory]
    [InlineData(DrmSystem.Widevine)]
    [InlineData(DrmSystem.PlayReady)]
    [InlineData(DrmSystem.FairPlay)]
    [InlineData(DrmSystem.ClearKey)]
    public void The_lines_of_both_playlists_differ_in_the_tag_alone(DrmSystem system)
    {
        var key = DrmSignalling.HlsKey(system, s_first, ProtectionScheme.Cbcs)!;
        Assert.StartsWith("#EXT-X-KEY:METHOD=SAMPLE-AES,", key, StringComparison.Ordinal);
        Assert.Equal(key.Replace("#EXT-X-KEY:", "#EXT-X-SESSION-KEY:", StringComparison.Ordinal), DrmSignalling.HlsSessionKey(system, s_first, ProtectionScheme.Cbcs));
    }
}
