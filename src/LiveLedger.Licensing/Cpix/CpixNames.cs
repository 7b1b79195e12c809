using System.Xml.Linq;

namespace LiveLedger.Licensing.Cpix;

/// <summary>Namespaces and algorithms of CPIX documents (DASH-IF CPIX 2.3 and 2.4; RFC 6030; XML Encryption).</summary>
internal static class CpixNames
{
    public static readonly XNamespace Cpix = "urn:dashif:org:cpix";
    public static readonly XNamespace Pskc = "urn:ietf:params:xml:ns:keyprov:pskc";
    public static readonly XNamespace Enc = "http://www.w3.org/2001/04/xmlenc#";
    public static readonly XNamespace Ds = "http://www.w3.org/2000/09/xmldsig#";

    /// <summary>How content keys are encrypted by the document key: AES-256-CBC, IV first, padded.</summary>
    public const string DocumentCipher = "http://www.w3.org/2001/04/xmlenc#aes256-cbc";

    /// <summary>How the document key and the MAC key are encrypted to a certificate: RSA-OAEP with SHA-1 and MGF1, the one CPIX requires.</summary>
    public const string KeyTransport = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";

    /// <summary>The MAC over each encrypted content key: HMAC-SHA512.</summary>
    public const string Mac = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha512";
}
