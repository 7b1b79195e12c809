using System.Text;
using System.Xml.Linq;
using LiveLedger.Harness.Speke;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Cpix;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.Cpix;

public sealed class CpixRequestTests
{
    private static readonly PackagerRequest s_request = new() { ContentId = "0199" };

    [Theory]
    [InlineData("2.0", "2.3")]
    [InlineData("2.1", "2.4")]
    public void A_request_in_the_published_shape_is_read(string speke, string version)
    {
        var request = Read((s_request with { Speke = speke }).Document, version);

        Assert.Equal(("0199", ProtectionScheme.Cbcs), (request.ContentId, request.Scheme));
        Assert.Equal([(s_request.VideoKey, TrackClass.Hd, 3ul), (s_request.AudioKey, TrackClass.Audio, 3ul)], request.Keys.Select(k => (k.Id.Value, k.Class, k.Period)));
        Assert.Equal(speke == "2.1" ? new DateTimeOffset(2026, 1, 1, 0, 0, 30, TimeSpan.Zero) : null, request.Keys[0].Start);
    }

    [Theory]
    [InlineData("contentId=\"0199\"", "contentId=\"\"", "Missing CPIX@contentId")]
    [InlineData("contentId=\"0199\"", "", "Missing CPIX@contentId")]
    [InlineData("version=\"2.3\"", "", "Missing CPIX@version")]
    [InlineData("version=\"2.3\"", "version=\"2.4\"", "Unsupported CPIX@version")]
    [InlineData("version=\"2.3\"", "version=\"2.30\"", "Unsupported CPIX@version")]
    [InlineData("commonEncryptionScheme=\"cbcs\" explicitIV", "explicitIV", "Missing ContentKey@commonEncryptionScheme for KID {video}")]
    [InlineData("commonEncryptionScheme=\"cbcs\" explicitIV", "commonEncryptionScheme=\"cenc\" explicitIV", "Non compliant ContentKey@commonEncryptionScheme combination")]
    [InlineData("commonEncryptionScheme=\"cbcs\"", "commonEncryptionScheme=\"cenc\"", "ContentKey@commonEncryptionScheme non compatible with DRMSystem " + PackagerRequest.FairPlay)]
    [InlineData("commonEncryptionScheme=\"cbcs\"", "commonEncryptionScheme=\"cens\"", "ContentKey@commonEncryptionScheme non compatible with DRMSystem " + PackagerRequest.FairPlay)]
    [InlineData("<cpix:VideoFilter maxPixels=\"2073600\"/>", "", "Malformed encryption contract")]
    [InlineData("intendedTrackType=\"VIDEO\"", "intendedTrackType=\"HD+UHD\"", "Malformed encryption contract")]
    [InlineData("intendedTrackType=\"VIDEO\"", "intendedTrackType=\"ALL\"", "Malformed encryption contract")]
    [InlineData("intendedTrackType=\"VIDEO\"", "intendedTrackType=\"AUDIO\"", "Malformed encryption contract")]
    [InlineData("index=\"3\"", "index=\"-3\"", "Malformed encryption contract")]
    [InlineData("periodId=\"keyPeriod_3\"", "periodId=\"other\"", "Malformed encryption contract")]
    public void What_cannot_be_answered_is_refused_in_the_published_words(string part, string instead, string text)
    {
        var document = s_request.Document;
        Assert.Contains(part, document, StringComparison.Ordinal);
        var refusal = Assert.Throws<RefusedException>(() => Read(document.Replace(part, instead, StringComparison.Ordinal))).Refusal;
        Assert.Equal((422, text.Replace("{video}", s_request.VideoKey.ToString(), StringComparison.Ordinal)), (refusal.Status, refusal.Detail));
    }

    [Fact]
    public void A_request_without_any_rule_is_refused_in_the_published_words()
    {
        var root = XElement.Parse(s_request.Document);
        root.Elements(CpixNames.Cpix + "ContentKeyUsageRuleList").Remove();
        Assert.Equal("Missing CPIX encryption contract", Assert.Throws<RefusedException>(() => CpixRequest.Read(root, "2.3")).Refusal.Detail);
    }

    [Theory]
    [InlineData("SD", "", TrackClass.Sd)]
    [InlineData("HD", "", TrackClass.Hd)]
    [InlineData("UHD1", "", TrackClass.Uhd)]
    [InlineData("VIDEO", "", TrackClass.Uhd)]
    [InlineData("VIDEO", "maxPixels=\"589824\"", TrackClass.Sd)]
    [InlineData("VIDEO", "maxPixels=\"589825\"", TrackClass.Hd)]
    [InlineData("SD", "maxPixels=\"2073600\"", TrackClass.Hd)]
    [InlineData("SD", "maxPixels=\"2073601\"", TrackClass.Uhd)]
    public void A_key_is_of_the_highest_class_that_it_opens(string type, string filter, TrackClass expected)
    {
        var document = s_request.Document
            .Replace("intendedTrackType=\"VIDEO\"", $"intendedTrackType=\"{type}\"", StringComparison.Ordinal)
            .Replace("maxPixels=\"2073600\"", filter, StringComparison.Ordinal);
        Assert.Equal(expected, Read(document).Keys[0].Class);
    }

    [Fact]
    public void One_key_for_all_tracks_is_of_the_highest_class()
    {
        var kid = Guid.NewGuid();
        var document = $"""
            <CPIX contentId="c" version="2.3" xmlns="urn:dashif:org:cpix"><ContentKeyList><ContentKey kid="{kid}" commonEncryptionScheme="cenc"/></ContentKeyList>
            <ContentKeyUsageRuleList><ContentKeyUsageRule kid="{kid}" intendedTrackType="ALL"><AudioFilter/><VideoFilter/></ContentKeyUsageRule></ContentKeyUsageRuleList></CPIX>
            """;
        Assert.Equal([new RequestedKey(new(kid), TrackClass.Uhd, 0, null, null)], Read(document).Keys);
    }

    public static TheoryData<string> Bombs => new(
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">]><CPIX xmlns=\"urn:dashif:org:cpix\">&b;</CPIX>",
        "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><CPIX xmlns=\"urn:dashif:org:cpix\"/>",
        "<!DOCTYPE x [<!ENTITY e SYSTEM \"http://127.0.0.1:1/\">]><CPIX xmlns=\"urn:dashif:org:cpix\">&e;</CPIX>",
        $"<CPIX xmlns=\"urn:dashif:org:cpix\">{string.Concat(Enumerable.Repeat("<a>", 10_000))}",
        $"<CPIX xmlns=\"urn:dashif:org:cpix\">{string.Concat(Enumerable.Repeat("<a>", 16))}{string.Concat(Enumerable.Repeat("</a>", 16))}</CPIX>",
        $"<CPIX xmlns=\"urn:dashif:org:cpix\">{string.Concat(Enumerable.Repeat("<a/>", 5_000))}</CPIX>",
        $"<CPIX xmlns=\"urn:dashif:org:cpix\" {string.Concat(Enumerable.Range(0, 20).Select(i => $"a{i}=\"\" "))}/>",
        $"<CPIX xmlns=\"urn:dashif:org:cpix\">{new string('a', 256 * 1024)}</CPIX>",
        "<other/>", "<CPIX/>", "", "{}", "<CPIX xmlns=\"urn:dashif:org:cpix\">", "<?xml version=\"1.0\" encoding=\"no-such\"?><CPIX xmlns=\"urn:dashif:org:cpix\"/>");

    [Theory]
    [MemberData(nameof(Bombs))]
    public void Bombs_and_what_is_no_document_are_refused(string text) => Assert.False(CpixText.TryRead(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void More_keys_than_a_packager_needs_are_refused()
    {
        var keys = string.Concat(Enumerable.Range(0, 129).Select(_ => $"<ContentKey kid=\"{Guid.NewGuid()}\" commonEncryptionScheme=\"cenc\"/>"));
        var refusal = Assert.Throws<RefusedException>(() => Read($"<CPIX contentId=\"c\" version=\"2.3\" xmlns=\"urn:dashif:org:cpix\"><ContentKeyList>{keys}</ContentKeyList></CPIX>")).Refusal;
        Assert.Equal("cpix-malformed", refusal.Code);
    }

    private static CpixRequest Read(string document, string version = "2.3")
    {
        Assert.True(CpixText.TryRead(Encoding.UTF8.GetBytes(document), out var root));
        return CpixRequest.Read(root, version);
    }
}
