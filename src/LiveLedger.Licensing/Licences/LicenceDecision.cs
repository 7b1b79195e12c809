using LiveLedger.Licensing.ContentKeys;
using LiveLedger.Media.Protection;

namespace LiveLedger.Licensing.Licences;

/// <summary>What licences may open at all.</summary>
internal sealed record LicencePolicy
{
    /// <summary>Classes of tracks; all by default.</summary>
    public IReadOnlySet<TrackClass> Classes { get; init; } = new HashSet<TrackClass>(Enum.GetValues<TrackClass>());
}

/// <summary>The viewer's standing towards the broadcast.</summary>
internal enum Standing
{
    /// <summary>Never entitled.</summary>
    None,

    /// <summary>Entitled once, and no more.</summary>
    Revoked,

    /// <summary>Entitled.</summary>
    Entitled,
}

/// <summary>Everything a decision is made from.</summary>
/// <param name="BroadcastExists">The token's broadcast is one of this server's.</param>
/// <param name="Standing">The viewer's.</param>
/// <param name="Asked">For each key id asked for, what it stands for in this broadcast; null if it is none of its keys.</param>
internal sealed record LicenceFacts(bool BroadcastExists, Standing Standing, IReadOnlyList<KeyUse?> Asked);

/// <summary>Yes or no, and why, as it stands in the log.</summary>
internal enum LicenceDecision
{
    Granted,
    BroadcastUnknown,
    NotEntitled,
    EntitlementRevoked,
    KeyNotOfBroadcast,
    ClassNotInPolicy,
}

/// <summary>The one rule of licences. It knows no clock, no database and no request: the same facts give the same answer in an audit.</summary>
internal static class LicenceRule
{
    public static LicenceDecision Decide(LicencePolicy policy, LicenceFacts facts) => facts switch
    {
        { BroadcastExists: false } => LicenceDecision.BroadcastUnknown,
        { Standing: Standing.None } => LicenceDecision.NotEntitled,
        { Standing: Standing.Revoked } => LicenceDecision.EntitlementRevoked,
        // All or nothing: who asks for a key of another broadcast is not given half an answer to learn from.
        _ when facts.Asked.Count == 0 || facts.Asked.Any(static use => use is null) => LicenceDecision.KeyNotOfBroadcast,
        _ when facts.Asked.Any(use => !policy.Classes.Contains(use!.Value.Class)) => LicenceDecision.ClassNotInPolicy,
        _ => LicenceDecision.Granted,
    };

    /// <summary>The reason code in events.</summary>
    public static string CodeOf(LicenceDecision decision) => decision switch
    {
        LicenceDecision.Granted => "granted",
        LicenceDecision.BroadcastUnknown => "broadcast-unknown",
        LicenceDecision.NotEntitled => "not-entitled",
        LicenceDecision.EntitlementRevoked => "entitlement-revoked",
        LicenceDecision.KeyNotOfBroadcast => "key-not-of-broadcast",
        LicenceDecision.ClassNotInPolicy => "class-not-in-policy",
        _ => throw new ArgumentOutOfRangeException(nameof(decision)),
    };
}
