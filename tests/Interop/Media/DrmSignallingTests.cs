using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using LiveLedger.Media.Manifests;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Protection.Signalling;
using LiveLedger.Media.Tests.Manifests;

namespace LiveLedger.Interop.Media;

/// <summary>What we say to other DRMs, read by mp4box.js, a Protocol Buffers library and the parsers of video.js.</summary>
public sealed class DrmSignallingTests
{
    [Theory]
    [InlineData(ProtectionScheme.Cbcs, "cbcs")]
    [InlineData(ProtectionScheme.Cenc, "cenc")]
    public void Other_parsers_find_each_systems_keys(ProtectionScheme scheme, string name)
    {
        KeyId[] keys = [Tracks.HdKey, Tracks.SdKey];
        var video = Tracks.Hd([.. Tracks.Video(0, 5, 4, 20)]) with { Scheme = scheme, Systems = [DrmSystem.Widevine, DrmSystem.PlayReady, DrmSystem.FairPlay] };
        var input = new
        {
            boxes = ((DrmSystem[])[DrmSystem.Widevine, DrmSystem.PlayReady, DrmSystem.ClearKey]).Select(s => Convert.ToBase64String(PsshBox.Of(s, keys, scheme)!)),
            media = HlsManifests.Media(video, Tracks.Live),
            mpd = DashManifest.Write([video], Tracks.Live, "http://origin/v1/licences", Tracks.Noon.AddSeconds(106)),
        };

        var read = NodeReader.Read<Readings>("drm", JsonSerializer.SerializeToUtf8Bytes(input));

        Assert.Equal(
            [("pssh", 0, "edef8ba979d64acea3c827dcd51d21ed"), ("pssh", 0, "9a04f07998404286ab92e65be0885f95"), ("pssh", 1, "e2719d58a985b3c9781ab030af78d30e")],
            read.Boxes.Select(b => (b.Type, b.Version, b.System.Replace("-", "", StringComparison.Ordinal))));
        Assert.All(read.Boxes, static b => Assert.Equal(1, b.Count));
        Assert.Equal(keys.Select(k => k.ToString()), read.Widevine.Kids);
        Assert.Equal((name, true), (read.Widevine.Scheme, read.Widevine.Again));
        Assert.Equal(keys.Select(k => k.ToString()), read.Boxes[2].Kids.Select(k => k.Replace("-", "", StringComparison.Ordinal)));
        CheckPlayReady(Convert.FromHexString(read.Boxes[1].Data), keys, scheme);

        // One key in a playlist's line and in a set.
        var widevine = Convert.ToHexStringLower(PsshBox.Of(DrmSystem.Widevine, [Tracks.HdKey], scheme)!);
        Assert.Equal((Tracks.HdKey.ToString(), widevine), (read.Hls.Widevine!.KeyId, read.Hls.Widevine.Pssh));
        var playready = Assert.IsType<string>(read.Hls.Playready);
        CheckPlayReady(Convert.FromBase64String(playready[(playready.IndexOf("base64,", StringComparison.Ordinal) + 7)..]), [Tracks.HdKey], scheme);
        Assert.Equal(scheme == ProtectionScheme.Cbcs ? $"skd://{Tracks.HdKey}" : null, read.Hls.Fairplay);
        Assert.Equal(4, read.Hls.Segments);
        Assert.Contains(("com.widevine.alpha", widevine), read.Dash.Select(d => (d.System, d.Pssh)));
        Assert.Contains(("com.microsoft.playready", Convert.ToHexStringLower(PsshBox.Of(DrmSystem.PlayReady, [Tracks.HdKey], scheme)!)), read.Dash.Select(d => (d.System, d.Pssh)));
    }

    private static void CheckPlayReady(byte[] pro, KeyId[] keys, ProtectionScheme scheme)
    {
        XNamespace ns = "http://schemas.microsoft.com/DRM/2007/03/PlayReadyHeader";
        var header = XElement.Parse(Encoding.Unicode.GetString(pro, 10, pro.Length - 10));
        Assert.Equal(pro.Length, BitConverter.ToInt32(pro));
        Assert.Equal((ns + "WRMHEADER", "4.3.0.0"), (header.Name, (string?)header.Attribute("version")));
        var kids = header.Descendants(ns + "KID").ToList();
        Assert.Equal(keys.Select(k => k.Value), kids.Select(k => new Guid(Convert.FromBase64String((string)k.Attribute("VALUE")!))));
        Assert.All(kids, k => Assert.Equal(scheme == ProtectionScheme.Cbcs ? "AESCBC" : "AESCTR", (string?)k.Attribute("ALGID")));
    }

    private sealed record Readings(List<Box> Boxes, Message Widevine, Hls Hls, List<Protection> Dash);

    private sealed record Box(int Count, string Type, int Version, string System, List<string> Kids, string Data);

    private sealed record Message(List<string> Kids, string Scheme, bool Again);

    private sealed record Hls(List<string> Systems, Line? Widevine, string? Playready, string? Fairplay, int Segments);

    private sealed record Line(string KeyId, string Pssh);

    private sealed record Protection(string System, string Pssh);
}
