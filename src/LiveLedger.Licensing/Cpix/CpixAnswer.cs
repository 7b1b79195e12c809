using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Protection.Signalling;

namespace LiveLedger.Licensing.Cpix;

/// <summary>Fills in what a packager left open: keys, and each system's signalling. Everything else comes back as it was asked.</summary>
internal static class CpixAnswer
{
    /// <summary>The filled document, UTF-8. The caller zeroes it.</summary>
    /// <param name="request">The request; its document is filled, and must not be shown to anybody else afterwards.</param>
    /// <param name="keyOf">A key by its id; disposed here.</param>
    /// <param name="ivOf">The constant IV of a key, where the request gives none.</param>
    /// <param name="licenceUrl">Where ClearKey licences come from.</param>
    public static byte[] Write(CpixRequest request, Func<KeyId, ContentKey> keyOf, Func<KeyId, byte[]> ivOf, string licenceUrl)
    {
        var root = request.Document;
        Declare(root, "pskc", CpixNames.Pskc);
        if (request.Recipients.Count > 0)
        {
            Declare(root, "enc", CpixNames.Enc);
            Declare(root, "ds", CpixNames.Ds);
        }

        using var delivery = request.Recipients.Count > 0 ? new KeyDelivery() : null;
        foreach (var data in CpixRequest.Children(root, "DeliveryDataList", "DeliveryData"))
        {
            delivery!.WriteTo(data);
        }

        foreach (var element in CpixRequest.Children(root, "ContentKeyList", "ContentKey"))
        {
            FillKey(element, request.Scheme, keyOf, ivOf, delivery);
        }

        foreach (var element in CpixRequest.Children(root, "DRMSystemList", "DRMSystem").ToList())
        {
            FillSystem(element, request.Scheme, licenceUrl);
        }

        using var bytes = new MemoryStream();
        using (var writer = new StreamWriter(bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true))
        {
            root.Save(writer, SaveOptions.DisableFormatting);
        }

        var written = bytes.ToArray();
        CryptographicOperations.ZeroMemory(bytes.GetBuffer());
        return written;
    }

    private static void FillKey(XElement element, ProtectionScheme scheme, Func<KeyId, ContentKey> keyOf, Func<KeyId, byte[]> ivOf, KeyDelivery? delivery)
    {
        var id = CpixRequest.KidOf(element);
        using var key = keyOf(id);
        if (scheme == ProtectionScheme.Cbcs && CpixRequest.Attribute(element, "explicitIV") is null)
        {
            element.SetAttributeValue("explicitIV", Convert.ToBase64String(ivOf(id)));
        }

        element.Elements(CpixNames.Cpix + "Data").Remove();
        object secret = delivery is null ? new XElement(CpixNames.Pskc + "PlainValue", Convert.ToBase64String(key.Bytes)) : delivery.Encrypt(key);
        element.AddFirst(new XElement(CpixNames.Cpix + "Data", new XElement(CpixNames.Pskc + "Secret", secret)));
    }

    // What is asked for is filled; what the system has not is taken out, because an empty element would be an answer too. Who asks for
    // nothing by name gets all there is.
    private static void FillSystem(XElement element, ProtectionScheme scheme, string licenceUrl)
    {
        var system = DrmSystems.Find(Guid.Parse((string)element.Attribute("systemId")!))!.Value;
        var id = CpixRequest.KidOf(element);
        if (!element.HasElements)
        {
            element.Add(
                new XElement(CpixNames.Cpix + "PSSH"), new XElement(CpixNames.Cpix + "ContentProtectionData"),
                new XElement(CpixNames.Cpix + "HLSSignalingData", new XAttribute("playlist", "media")),
                new XElement(CpixNames.Cpix + "HLSSignalingData", new XAttribute("playlist", "master")));
        }

        foreach (var open in element.Elements().ToList())
        {
            if (open.Name.Namespace != CpixNames.Cpix || Fill(open, system, id, scheme, licenceUrl) is not { } text)
            {
                open.Remove();
            }
            else
            {
                open.Value = text;
            }
        }
    }

    private static string? Fill(XElement open, DrmSystem system, KeyId id, ProtectionScheme scheme, string licenceUrl) => (open.Name.LocalName, (string?)open.Attribute("playlist")) switch
    {
        ("PSSH", _) => PsshBox.Of(system, [id], scheme) is { } box ? Convert.ToBase64String(box) : null,
        ("ContentProtectionData", _) => Base64(system == DrmSystem.ClearKey
            ? new XElement((XNamespace)"https://dashif.org/CPS" + "Laurl", licenceUrl).ToString(SaveOptions.DisableFormatting)
            : DrmSignalling.DashContent(system, [id], scheme)),
        ("HLSSignalingData", "master") => Base64(DrmSignalling.HlsSessionKey(system, id, scheme)),
        ("HLSSignalingData", "media" or null) => Base64(DrmSignalling.HlsKey(system, id, scheme)),
        ("SmoothStreamingProtectionHeaderData", _) when system == DrmSystem.PlayReady => Convert.ToBase64String(PlayReadyObject.Of([id], scheme)),
        _ => null,
    };

    private static string? Base64(string? text) => text is null ? null : Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    // Readers there are that look for the prefix and not for the namespace.
    private static void Declare(XElement root, string prefix, XNamespace name)
    {
        if (root.GetPrefixOfNamespace(name) is null && root.GetNamespaceOfPrefix(prefix) is null)
        {
            root.Add(new XAttribute(XNamespace.Xmlns + prefix, name.NamespaceName));
        }
    }
}
