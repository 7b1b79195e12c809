namespace LiveLedger.Media.Protection.Signalling;

/// <summary>A system that gives keys to players, as manifests and <c>pssh</c> boxes name it.</summary>
public enum DrmSystem
{
    /// <summary>ClearKey of Encrypted Media Extensions: what this server's own licences are.</summary>
    ClearKey,

    /// <summary>W3C common: nothing but a list of key ids, for whichever system (eme-initdata-cenc §4).</summary>
    Common,

    /// <summary>Google Widevine.</summary>
    Widevine,

    /// <summary>Microsoft PlayReady.</summary>
    PlayReady,

    /// <summary>Apple FairPlay Streaming. Takes <c>cbcs</c> only, and has no <c>pssh</c>.</summary>
    FairPlay,
}

/// <summary>The ids systems are registered under (dashif.org/identifiers/content_protection).</summary>
public static class DrmSystems
{
    private static readonly (DrmSystem System, Guid Id)[] s_all =
    [
        (DrmSystem.ClearKey, new("e2719d58-a985-b3c9-781a-b030af78d30e")),
        (DrmSystem.Common, new("1077efec-c0b2-4d02-ace3-3c1e52e2fb4b")),
        (DrmSystem.Widevine, new("edef8ba9-79d6-4ace-a3c8-27dcd51d21ed")),
        (DrmSystem.PlayReady, new("9a04f079-9840-4286-ab92-e65be0885f95")),
        (DrmSystem.FairPlay, new("94ce86fb-07ff-4f43-adb8-93d2fa968ca2")),
    ];

    /// <summary>The system's id.</summary>
    public static Guid Id(this DrmSystem system) => Array.Find(s_all, s => s.System == system).Id;

    /// <summary>The system of an id; null if it is none of these.</summary>
    public static DrmSystem? Find(Guid id) => Array.Exists(s_all, s => s.Id == id) ? Array.Find(s_all, s => s.Id == id).System : null;

    /// <summary>Whether players of the system decrypt the scheme.</summary>
    public static bool Takes(this DrmSystem system, ProtectionScheme scheme) => system != DrmSystem.FairPlay || scheme == ProtectionScheme.Cbcs;
}
