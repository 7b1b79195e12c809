using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;

namespace LiveLedger.Harness.Speke;

/// <summary>What a packager reads in the answer, with nothing of the server's own code.</summary>
public sealed class PackagerAnswer(string text)
{
    private static readonly XNamespace s_cpix = "urn:dashif:org:cpix";
    private static readonly XNamespace s_pskc = "urn:ietf:params:xml:ns:keyprov:pskc";
    private static readonly XNamespace s_enc = "http://www.w3.org/2001/04/xmlenc#";

    private readonly XElement _root = XElement.Parse(text);

    public XElement Root => _root;

    /// <summary>An attribute of a key.</summary>
    public string? OfKey(Guid kid, string attribute) => (string?)Key(kid).Attribute(attribute);

    /// <summary>A key that travelled as it is.</summary>
    public byte[] Plain(Guid kid) => Convert.FromBase64String(Key(kid).Element(s_cpix + "Data")!.Element(s_pskc + "Secret")!.Element(s_pskc + "PlainValue")!.Value);

    /// <summary>A key that was encrypted to a certificate.</summary>
    public byte[] Open(Guid kid, X509Certificate2 recipient)
    {
        using var rsa = recipient.GetRSAPrivateKey()!;
        var data = _root.Descendants(s_cpix + "DeliveryData").Single();
        var documentKey = rsa.Decrypt(Value(data.Element(s_cpix + "DocumentKey")!), RSAEncryptionPadding.OaepSHA1);
        var macKey = rsa.Decrypt(Value(data.Element(s_cpix + "MACMethod")!), RSAEncryptionPadding.OaepSHA1);
        var value = Value(Key(kid));
        var mac = Convert.FromBase64String(Key(kid).Descendants(s_pskc + "ValueMAC").Single().Value);
        if (!HMACSHA512.HashData(macKey, value).AsSpan().SequenceEqual(mac))
        {
            throw new CryptographicException("the MAC is not that of the value");
        }

        using var aes = Aes.Create();
        aes.SetKey(documentKey);
        return aes.DecryptCbc(value.AsSpan(16), value.AsSpan(0, 16));
    }

    /// <summary>What a system's element holds, decoded; null if it has no such element.</summary>
    public byte[]? Signalling(string system, Guid kid, string element, string? playlist = null) => _root.Descendants(s_cpix + "DRMSystem")
        .Single(s => (string?)s.Attribute("systemId") == system && (string?)s.Attribute("kid") == kid.ToString())
        .Elements(s_cpix + element).SingleOrDefault(e => (string?)e.Attribute("playlist") == playlist) is { } found ? Convert.FromBase64String(found.Value) : null;

    /// <summary>The same as text.</summary>
    public string? SignallingText(string system, Guid kid, string element, string? playlist = null) =>
        Signalling(system, kid, element, playlist) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private XElement Key(Guid kid) => _root.Descendants(s_cpix + "ContentKey").Single(k => (string?)k.Attribute("kid") == kid.ToString());

    private static byte[] Value(XElement element) => Convert.FromBase64String(element.Descendants(s_enc + "CipherValue").Single().Value);
}
