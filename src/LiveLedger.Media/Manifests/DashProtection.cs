using System.Xml;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Protection.Signalling;

namespace LiveLedger.Media.Manifests;

/// <summary>
/// The ContentProtection elements of a set: the scheme with the key id, and where ClearKey licences come from. With keys in band no key id is
/// named: players would take it for the only one, and Shaka Player would not look into the fragments.
/// </summary>
internal static class DashProtection
{
    internal const string Cenc = "urn:mpeg:cenc:2013";
    internal const string DashIf = "https://dashif.org/CPS";

    internal static void Write(XmlWriter xml, ProtectionScheme scheme, KeyId? key, string licenceUrl, IReadOnlyList<DrmSystem> systems)
    {
        xml.WriteStartElement("ContentProtection");
        xml.WriteAttributeString("schemeIdUri", "urn:mpeg:dash:mp4protection:2011");
        xml.WriteAttributeString("value", scheme == ProtectionScheme.Cbcs ? "cbcs" : "cenc");
        if (key is { } named)
        {
            xml.WriteAttributeString("cenc", "default_KID", Cenc, named.Value.ToString("D"));
        }

        xml.WriteEndElement();

        xml.WriteStartElement("ContentProtection");
        xml.WriteAttributeString("schemeIdUri", "urn:uuid:e2719d58-a985-b3c9-781a-b030af78d30e");
        xml.WriteAttributeString("value", "ClearKey1.0");
        xml.WriteElementString("dashif", "Laurl", DashIf, licenceUrl);
        xml.WriteEndElement();

        foreach (var system in systems.Where(system => system.Takes(scheme)))
        {
            if (key is { } keyId && DrmSignalling.DashName(system) is { } name)
            {
                xml.WriteStartElement("ContentProtection");
                xml.WriteAttributeString("schemeIdUri", $"urn:uuid:{system.Id()}");
                xml.WriteAttributeString("value", name);
                xml.WriteRaw(DrmSignalling.DashContent(system, [keyId], scheme)!);
                xml.WriteEndElement();
            }
        }
    }
}
