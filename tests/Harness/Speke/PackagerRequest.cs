using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace LiveLedger.Harness.Speke;

/// <summary>A packager's request in the shape that the specification of SPEKE publishes for live broadcasts with key rotation.</summary>
public sealed record PackagerRequest
{
    public const string Widevine = "edef8ba9-79d6-4ace-a3c8-27dcd51d21ed";
    public const string PlayReady = "9a04f079-9840-4286-ab92-e65be0885f95";
    public const string FairPlay = "94ce86fb-07ff-4f43-adb8-93d2fa968ca2";
    public const string ClearKey = "e2719d58-a985-b3c9-781a-b030af78d30e";

    public required string ContentId { get; init; }

    /// <summary>2.0 with CPIX 2.3, or 2.1 with CPIX 2.4 and the period's times.</summary>
    public string Speke { get; init; } = "2.0";

    public string Scheme { get; init; } = "cbcs";

    public Guid VideoKey { get; init; } = Guid.NewGuid();

    public Guid AudioKey { get; init; } = Guid.NewGuid();

    public int Period { get; init; } = 3;

    public IReadOnlyList<string> Systems { get; init; } = [FairPlay, Widevine, PlayReady, ClearKey];

    public X509Certificate2? Recipient { get; init; }

    public string Document
    {
        get
        {
            var time = Speke == "2.1" ? " start=\"2026-01-01T00:00:30Z\" end=\"2026-01-01T00:00:40Z\"" : "";
            var delivery = Recipient is null ? "" : $"""
                <cpix:DeliveryDataList><cpix:DeliveryData id="packager-1"><cpix:DeliveryKey><ds:X509Data>
                  <ds:X509Certificate>{Convert.ToBase64String(Recipient.RawData, Base64FormattingOptions.InsertLineBreaks)}</ds:X509Certificate>
                </ds:X509Data></cpix:DeliveryKey></cpix:DeliveryData></cpix:DeliveryDataList>
                """;
            return $"""
                <?xml version="1.0" encoding="UTF-8"?>
                <cpix:CPIX contentId="{ContentId}" version="{(Speke == "2.1" ? "2.4" : "2.3")}" xmlns:cpix="urn:dashif:org:cpix" xmlns:pskc="urn:ietf:params:xml:ns:keyprov:pskc" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
                  {delivery}
                  <cpix:ContentKeyList>
                    <cpix:ContentKey kid="{VideoKey}" commonEncryptionScheme="{Scheme}" explicitIV="AAECAwQFBgcICQoLDA0ODw=="/>
                    <cpix:ContentKey kid="{AudioKey}" commonEncryptionScheme="{Scheme}"/>
                  </cpix:ContentKeyList>
                  <cpix:DRMSystemList>{string.Concat(from s in Systems from k in (Guid[])[VideoKey, AudioKey] select System(s, k))}</cpix:DRMSystemList>
                  <cpix:ContentKeyPeriodList><cpix:ContentKeyPeriod id="keyPeriod_{Period}" index="{Period}"{time}/></cpix:ContentKeyPeriodList>
                  <cpix:ContentKeyUsageRuleList>
                    <cpix:ContentKeyUsageRule kid="{VideoKey}" intendedTrackType="VIDEO"><cpix:KeyPeriodFilter periodId="keyPeriod_{Period}"/><cpix:VideoFilter maxPixels="2073600"/></cpix:ContentKeyUsageRule>
                    <cpix:ContentKeyUsageRule kid="{AudioKey}" intendedTrackType="AUDIO"><cpix:KeyPeriodFilter periodId="keyPeriod_{Period}"/><cpix:AudioFilter/></cpix:ContentKeyUsageRule>
                  </cpix:ContentKeyUsageRuleList>
                </cpix:CPIX>
                """;
        }
    }

    /// <summary>Sends it.</summary>
    /// <param name="api">With the packager's token.</param>
    /// <param name="document">Another body in its place.</param>
    /// <param name="path">Where to.</param>
    public async Task<HttpResponseMessage> SendAsync(HttpClient api, string? document = null, string path = "/speke/v2/copyProtection")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(document ?? Document, Encoding.UTF8) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/xml");
        request.Headers.Add("X-Speke-Version", Speke);
        return await api.SendAsync(request);
    }

    /// <summary>A certificate with its private key.</summary>
    public static X509Certificate2 NewRecipient(int bits = 2048)
    {
        using var rsa = RSA.Create(bits);
        var request = new CertificateRequest("CN=packager", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static string System(string system, Guid key)
    {
        var boxes = system == FairPlay ? "" : "<cpix:PSSH/><cpix:ContentProtectionData/>";
        var smooth = system == PlayReady ? "<cpix:SmoothStreamingProtectionHeaderData/>" : "";
        return $"""<cpix:DRMSystem kid="{key}" systemId="{system}"><cpix:HLSSignalingData playlist="media"/><cpix:HLSSignalingData playlist="master"/>{boxes}{smooth}</cpix:DRMSystem>""";
    }
}
