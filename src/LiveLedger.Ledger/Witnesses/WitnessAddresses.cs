using LiveLedger.Transparency.Notes;
using LiveLedger.Transparency.Policies;

namespace LiveLedger.Ledger.Witnesses;

/// <summary>Whether a policy tells a log whom to ask.</summary>
public static class WitnessAddresses
{
    /// <summary>The first witness without an address to send checkpoints to; null if all have one.</summary>
    public static PolicyWitness? Missing(TrustPolicy policy) =>
        policy.Witnesses.FirstOrDefault(static w => !Uri.TryCreate(w.Url, UriKind.Absolute, out var url)
            || url is not { Scheme: "http" or "https", Query: "", Fragment: "", UserInfo: "" });

    /// <summary>False if the policy lists logs, and not this one: it was made for another.</summary>
    public static bool IsFor(TrustPolicy policy, VerifierKey log) => policy.Logs.Count == 0 || policy.Logs.Any(l => l.Key == log);
}
