using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Relay.Platforms;

namespace LiveLedger.Relay.Links;

/// <summary>Who is proved guilty in one broadcast, whether the platform has said so yet or not. Bounded: a pseudonym is noted once, a publisher's slots eight times.</summary>
/// <param name="broadcast">The broadcast.</param>
/// <param name="platform">Whose keys admissions are judged by.</param>
/// <param name="identity">The broadcaster's, where it is known: nobody else's records equivocate here.</param>
internal sealed class FraudBook(BroadcastId broadcast, Platform platform, Func<Ed25519PublicKey?> identity)
{
    private const int MaxPeers = 10_000;
    private const int MaxAlarms = 8;

    private readonly Lock _lock = new();
    private readonly HashSet<PeerPseudonym> _peers = [];
    private readonly HashSet<Sha256Hash> _alarms = [];

    /// <summary>True for a peer that was proved guilty.</summary>
    public bool Convicts(Admission admission)
    {
        lock (_lock)
        {
            return _peers.Contains(admission.Peer);
        }
    }

    /// <summary>Takes what may be a proof: true if it is one, and news.</summary>
    public bool Add(ReadOnlySpan<byte> bytes)
    {
        if (platform.Verifier is not { } admissions || identity() is not { } broadcaster || !FraudProof.TryRead(bytes, out var proof)
            || new FraudVerifier(admissions).Verify(proof, broadcaster, out var verdict) != FraudRefusal.None || verdict!.Broadcast != broadcast)
        {
            return false;
        }

        lock (_lock)
        {
            return verdict switch
            {
                PeerConviction peer => _peers.Count < MaxPeers && _peers.Add(peer.Peer),
                _ => _alarms.Count < MaxAlarms && _alarms.Add(Sha256Hash.Of(bytes)),
            };
        }
    }
}
