namespace LiveLedger.Licensing.Licences;

/// <summary>Why keys were given or not. The codes stand in the log and in answers, and are never given another meaning.</summary>
internal enum LicenceReason
{
    Granted,
    BroadcastUnknown,
    BroadcastTakenDown,
    NotEntitled,
    EntitlementSuspended,
    EntitlementRevoked,
    EntitlementRefunded,
    EntitlementTransferred,
    KeyNotOfBroadcast,
    NotStarted,
    ViewingWindowNotOpen,
    ViewingWindowClosed,
    RentalExpired,
    PlaybackExpired,
    RegionBlocked,
    NonceMissing,
    RequestReplayed,
    DeviceMissing,
    TooManyDevices,
    PlaybackDropped,
    TooManyPlaybacks,
    TierNotIncluded,
    LiveNotIncluded,
    DvrNotIncluded,
    VodNotIncluded,
    KeyNotDue,
}

/// <summary>The reasons' codes: their names in kebab case.</summary>
internal static class LicenceReasons
{
    private static readonly string[] s_codes = [.. Enum.GetNames<LicenceReason>().Select(static name =>
        string.Concat(name.Select(static (c, i) => char.IsUpper(c) ? $"{(i == 0 ? "" : "-")}{char.ToLowerInvariant(c)}" : c.ToString())))];

    /// <summary>The reason in events and answers.</summary>
    public static string Code(this LicenceReason reason) => s_codes[(int)reason];
}
