using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Peering.Revocations;

/// <summary>The platform's word that a peer has no place in a swarm any more, whichever keys and admissions it shows (docs/formats/admission.md).</summary>
/// <param name="Issuer">The platform.</param>
/// <param name="Broadcast">Where.</param>
/// <param name="Peers">Who, 1 to <see cref="MaxPeers"/>.</param>
/// <param name="IssuedAt">Carried in whole seconds. Admissions of these peers that were made later are good again.</param>
public sealed record Revocation(string Issuer, BroadcastId Broadcast, IReadOnlyList<PeerPseudonym> Peers, DateTimeOffset IssuedAt)
{
    /// <summary>Most peers of one revocation.</summary>
    public const int MaxPeers = 32;

    /// <summary>Longer than any admission lives: nobody need remember it for longer.</summary>
    public static readonly TimeSpan Life = Admission.LongestLife + 2 * AdmissionVerifier.Leeway;
}
