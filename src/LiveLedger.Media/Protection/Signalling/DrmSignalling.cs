using System.Globalization;

namespace LiveLedger.Media.Protection.Signalling;

/// <summary>What manifests say so that a system's player finds its keys, from key ids alone. ISO/IEC 23009-1 §5.8.4.1, RFC 8216 §4.3.2.4.</summary>
public static class DrmSignalling
{
    private const string Cenc = "urn:mpeg:cenc:2013";

    /// <summary>The <c>value</c> of a <c>ContentProtection</c> element of a DASH manifest; null for a system that has none there beside ClearKey's own.</summary>
    public static string? DashName(DrmSystem system) => system switch { DrmSystem.Widevine => "Widevine", DrmSystem.PlayReady => "MSPR 2.0", _ => null };

    /// <summary>What stands within that element, as XML; null if there is nothing.</summary>
    public static string? DashContent(DrmSystem system, IReadOnlyList<KeyId> keys, ProtectionScheme scheme)
    {
        if (PsshBox.Of(system, keys, scheme) is not { } box)
        {
            return null;
        }

        var pssh = $"<cenc:pssh xmlns:cenc=\"{Cenc}\">{Convert.ToBase64String(box)}</cenc:pssh>";
        return system == DrmSystem.PlayReady
            ? $"{pssh}<mspr:pro xmlns:mspr=\"urn:microsoft:playready\">{Convert.ToBase64String(PlayReadyObject.Of(keys, scheme))}</mspr:pro>"
            : pssh;
    }

    /// <summary>The <c>EXT-X-KEY</c> line of a media playlist, without its end of line; null if the system's players cannot play the scheme.</summary>
    public static string? HlsKey(DrmSystem system, KeyId key, ProtectionScheme scheme) => Hls("EXT-X-KEY", system, key, scheme);

    /// <summary>The <c>EXT-X-SESSION-KEY</c> line of a multivariant playlist: the same attributes.</summary>
    public static string? HlsSessionKey(DrmSystem system, KeyId key, ProtectionScheme scheme) => Hls("EXT-X-SESSION-KEY", system, key, scheme);

    private static string? Hls(string tag, DrmSystem system, KeyId key, ProtectionScheme scheme)
    {
        if (!system.Takes(scheme))
        {
            return null;
        }

        var method = scheme == ProtectionScheme.Cbcs ? "SAMPLE-AES" : "SAMPLE-AES-CTR";
        return system switch
        {
            DrmSystem.Widevine => Line($"URI=\"{Data(PsshBox.Of(system, [key], scheme)!)}\",KEYID=0x{key},KEYFORMAT=\"urn:uuid:{system.Id()}\""),
            DrmSystem.PlayReady => Line($"URI=\"data:text/plain;charset=UTF-16;base64,{Convert.ToBase64String(PlayReadyObject.Of([key], scheme))}\",KEYFORMAT=\"com.microsoft.playready\""),
            DrmSystem.FairPlay => Line($"URI=\"skd://{key}\",KEYFORMAT=\"com.apple.streamingkeydelivery\""),
            DrmSystem.ClearKey => Line($"URI=\"{Data(key.Value.ToByteArray(bigEndian: true))}\",KEYID=0x{key},KEYFORMAT=\"org.w3.clearkey\""),
            _ => null,
        };

        string Line(string attributes) => string.Create(CultureInfo.InvariantCulture, $"#{tag}:METHOD={method},{attributes},KEYFORMATVERSIONS=\"1\"");
    }

    private static string Data(byte[] bytes) => $"data:text/plain;base64,{Convert.ToBase64String(bytes)}";
}
