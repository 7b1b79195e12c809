using System.Text;
using LiveLedger.Harness.Speke;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Licensing.Cpix;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Tests.Cpix;

public sealed class CpixAnswerTests
{
    [Fact]
    public void Keys_travel_encrypted_to_the_certificate_and_open_with_its_key_only()
    {
        using var recipient = PackagerRequest.NewRecipient();
        using var other = PackagerRequest.NewRecipient();
        var request = new PackagerRequest { ContentId = "c", Recipient = recipient };
        var text = Answer(request.Document);
        var answer = new PackagerAnswer(text);

        Assert.Equal(KeyBytes(request.VideoKey), answer.Open(request.VideoKey, recipient));
        Assert.Equal(KeyBytes(request.AudioKey), answer.Open(request.AudioKey, recipient));
        Assert.ThrowsAny<System.Security.Cryptography.CryptographicException>(() => answer.Open(request.VideoKey, other));
        Assert.DoesNotContain("PlainValue", text, StringComparison.Ordinal);
        foreach (var key in (Guid[])[request.VideoKey, request.AudioKey])
        {
            Assert.DoesNotContain(Convert.ToBase64String(KeyBytes(key)), text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Each_of_several_recipients_opens_the_same_keys()
    {
        using var first = PackagerRequest.NewRecipient();
        using var second = PackagerRequest.NewRecipient(3072);
        var request = new PackagerRequest { ContentId = "c", Recipient = first };
        var list = $"<cpix:DeliveryData><cpix:DeliveryKey><ds:X509Data><ds:X509Certificate>{Convert.ToBase64String(second.RawData)}</ds:X509Certificate></ds:X509Data></cpix:DeliveryKey></cpix:DeliveryData></cpix:DeliveryDataList>";
        var answer = new PackagerAnswer(Answer(request.Document.Replace("</cpix:DeliveryDataList>", list, StringComparison.Ordinal)));

        var both = answer.Root.Descendants(CpixNames.Cpix + "DeliveryData").ToList();
        Assert.Equal(2, both.Count);
        both[0].Remove();
        Assert.Equal(KeyBytes(request.AudioKey), answer.Open(request.AudioKey, second));
    }

    [Theory]
    [InlineData(1024)]
    public void A_certificate_too_weak_is_refused(int bits)
    {
        using var weak = PackagerRequest.NewRecipient(bits);
        Assert.Equal("cpix-certificate-invalid", Refused(new PackagerRequest { ContentId = "c", Recipient = weak }.Document).Code);
    }

    [Fact]
    public void A_certificate_that_is_none_is_refused()
    {
        using var recipient = PackagerRequest.NewRecipient();
        var document = new PackagerRequest { ContentId = "c", Recipient = recipient }.Document;
        var at = document.IndexOf("<ds:X509Certificate>", StringComparison.Ordinal) + 20;
        Assert.Equal("cpix-certificate-invalid", Refused(document[..at] + "AAAA" + document[(at + 4)..]).Code);
    }

    [Fact]
    public void Every_open_element_is_filled_and_the_rest_comes_back_as_it_was()
    {
        var request = new PackagerRequest { ContentId = "c" };
        var answer = new PackagerAnswer(Answer(request.Document));

        Assert.Equal(KeyBytes(request.VideoKey), answer.Plain(request.VideoKey));
        Assert.Equal("AAECAwQFBgcICQoLDA0ODw==", answer.OfKey(request.VideoKey, "explicitIV"));
        Assert.Equal(Convert.ToBase64String(new byte[16]), answer.OfKey(request.AudioKey, "explicitIV"));
        var asked = System.Xml.Linq.XElement.Parse(request.Document);
        foreach (var list in (string[])["ContentKeyPeriodList", "ContentKeyUsageRuleList"])
        {
            Assert.True(System.Xml.Linq.XNode.DeepEquals(asked.Element(CpixNames.Cpix + list), answer.Root.Element(CpixNames.Cpix + list)), list);
        }

        foreach (var element in answer.Root.Descendants().Where(static e => e.Parent?.Name == CpixNames.Cpix + "DRMSystem"))
        {
            Assert.False(string.IsNullOrEmpty(element.Value), element.ToString());
        }

        Assert.StartsWith("#EXT-X-KEY:METHOD=SAMPLE-AES,URI=\"skd://", answer.SignallingText(PackagerRequest.FairPlay, request.VideoKey, "HLSSignalingData", "media"), StringComparison.Ordinal);
        Assert.StartsWith("#EXT-X-SESSION-KEY:METHOD=SAMPLE-AES,URI=\"skd://", answer.SignallingText(PackagerRequest.FairPlay, request.VideoKey, "HLSSignalingData", "master"), StringComparison.Ordinal);
        var box = answer.Signalling(PackagerRequest.Widevine, request.VideoKey, "PSSH")!;
        Assert.Equal($"<cenc:pssh xmlns:cenc=\"urn:mpeg:cenc:2013\">{Convert.ToBase64String(box)}</cenc:pssh>", answer.SignallingText(PackagerRequest.Widevine, request.VideoKey, "ContentProtectionData"));
        Assert.Contains("<mspr:pro ", answer.SignallingText(PackagerRequest.PlayReady, request.VideoKey, "ContentProtectionData"), StringComparison.Ordinal);
        Assert.Equal("<Laurl xmlns=\"https://dashif.org/CPS\">http://licences</Laurl>", answer.SignallingText(PackagerRequest.ClearKey, request.VideoKey, "ContentProtectionData"));
        Assert.Contains("<WRMHEADER", Encoding.Unicode.GetString(answer.Signalling(PackagerRequest.PlayReady, request.AudioKey, "SmoothStreamingProtectionHeaderData")!), StringComparison.Ordinal);
    }

    private static Refusal Refused(string document)
    {
        Assert.True(CpixText.TryRead(Encoding.UTF8.GetBytes(document), out var root));
        return Assert.Throws<RefusedException>(() => CpixRequest.Read(root, "2.3")).Refusal;
    }

    private static string Answer(string document)
    {
        Assert.True(CpixText.TryRead(Encoding.UTF8.GetBytes(document), out var root));
        return Encoding.UTF8.GetString(CpixAnswer.Write(CpixRequest.Read(root, "2.3"), static id => new ContentKey(id, KeyBytes(id.Value)), static _ => new byte[16], "http://licences"));
    }

    private static byte[] KeyBytes(Guid kid) => System.Security.Cryptography.SHA256.HashData(kid.ToByteArray())[..16];
}
