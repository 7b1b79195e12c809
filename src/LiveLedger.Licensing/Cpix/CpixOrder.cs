using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Xml.Linq;
using LiveLedger.Media.Protection;
using LiveLedger.Media.Protection.Signalling;

namespace LiveLedger.Licensing.Cpix;

/// <summary>Writes what a packager asks a key server: CPIX 2.3, the keys left open, a rule for each class of tracks.</summary>
internal static class CpixOrder
{
    /// <summary>The document, UTF-8.</summary>
    public static byte[] Write(string contentId, ProtectionScheme scheme, ulong period, IReadOnlyList<(TrackClass Class, KeyId Id)> keys, X509Certificate2 recipient)
    {
        var cpix = CpixNames.Cpix;
        var index = period.ToString(CultureInfo.InvariantCulture);
        var root = new XElement(cpix + "CPIX",
            new XAttribute("contentId", contentId), new XAttribute("version", "2.3"),
            new XAttribute(XNamespace.Xmlns + "cpix", cpix.NamespaceName), new XAttribute(XNamespace.Xmlns + "pskc", CpixNames.Pskc.NamespaceName),
            new XAttribute(XNamespace.Xmlns + "ds", CpixNames.Ds.NamespaceName),
            new XElement(cpix + "DeliveryDataList", new XElement(cpix + "DeliveryData", new XAttribute("id", "liveledger"),
                new XElement(cpix + "DeliveryKey", new XElement(CpixNames.Ds + "X509Data",
                    new XElement(CpixNames.Ds + "X509Certificate", Convert.ToBase64String(recipient.RawData)))))),
            new XElement(cpix + "ContentKeyList", keys.Select(k => new XElement(cpix + "ContentKey",
                new XAttribute("kid", k.Id.Value), new XAttribute("commonEncryptionScheme", scheme == ProtectionScheme.Cbcs ? "cbcs" : "cenc")))),
            // A list is required, and servers answer what they are asked only; our own signalling is made from key ids.
            new XElement(cpix + "DRMSystemList",
                from key in keys
                from system in (DrmSystem[])[DrmSystem.Widevine, DrmSystem.PlayReady]
                select new XElement(cpix + "DRMSystem", new XAttribute("kid", key.Id.Value), new XAttribute("systemId", system.Id()), new XElement(cpix + "PSSH"))),
            new XElement(cpix + "ContentKeyPeriodList", new XElement(cpix + "ContentKeyPeriod", new XAttribute("id", $"period-{index}"), new XAttribute("index", index))),
            new XElement(cpix + "ContentKeyUsageRuleList", keys.Select(k => new XElement(cpix + "ContentKeyUsageRule",
                new XAttribute("kid", k.Id.Value), new XAttribute("intendedTrackType", k.Class.ToString().ToUpperInvariant()),
                new XElement(cpix + "KeyPeriodFilter", new XAttribute("periodId", $"period-{index}")), Filter(k.Class)))));
        return Encoding.UTF8.GetBytes($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{root.ToString(SaveOptions.DisableFormatting)}");
    }

    private static XElement Filter(TrackClass trackClass) => trackClass switch
    {
        TrackClass.Audio => new(CpixNames.Cpix + "AudioFilter"),
        TrackClass.Sd => new(CpixNames.Cpix + "VideoFilter", new XAttribute("maxPixels", EncryptionContract.SdPixels)),
        TrackClass.Hd => new(CpixNames.Cpix + "VideoFilter", new XAttribute("minPixels", EncryptionContract.SdPixels + 1), new XAttribute("maxPixels", EncryptionContract.HdPixels)),
        _ => new(CpixNames.Cpix + "VideoFilter", new XAttribute("minPixels", EncryptionContract.HdPixels + 1)),
    };
}
