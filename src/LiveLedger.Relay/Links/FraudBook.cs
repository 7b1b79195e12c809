using LiveLedger.Cryptography;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Relay.Platforms;

namespace LiveLedger.Relay.Links;

/// <summary>Who is proved guilty in one broadcast, whether the platform has said so yet or not. Bounded: a key of a peer is noted once, a publisher's slots eight times.</summary>
/// <param name="broadcast">The broadcast.</param>
/// <param name="platform">Whose keys admissions are judged by.</param>
/// <param name="identity">The broadcaster's, where it is known: nobody else's records equivocate here.</param>
internal sealed class FraudBook(BroadcastId broadcast, Platform platform, Func<Ed25519PublicKey?> identity)
{
    private const int MaxPeers = 10_000;
    private const int MaxAlarms = 8;

    private readonly Lock _lock = new();
    private readonly HashSet<(PeerPseudonym Peer, Ed25519PublicKey Key)> _keys = [];

    // Of the admissions that were proved to be liars', when the latest was given.
    private readonly Dictionary<PeerPseudonym, DateTimeOffset> _peers = [];
    private readonly HashSet<Sha256Hash> _alarms = [];

    /// <summary>True for a peer that was proved guilty, and not pardoned since: an admission that is given after a pardon says so.</summary>
    public bool Convicts(Admission admission)
    {
        lock (_lock)
        {
            return _peers.TryGetValue(admission.Peer, out var proved) && !(admission.PardonedAt >= proved);
        }
    }

    /// <summary>Takes what may be a proof: the verdict if it is one, and news; else null.</summary>
    public FraudVerdict? Add(ReadOnlySpan<byte> bytes)
    {
        if (platform.Verifier is not { } admissions || identity() is not { } broadcaster || !FraudProof.TryRead(bytes, out var proof)
            || new FraudVerifier(admissions).Verify(proof, broadcaster, out var verdict) != FraudRefusal.None || verdict!.Broadcast != broadcast)
        {
            return null;
        }

        lock (_lock)
        {
            var isNews = verdict switch
            {
                PeerConviction peer => IsNews(peer),
                _ => _alarms.Count < MaxAlarms && _alarms.Add(Sha256Hash.Of(bytes)),
            };
            return isNews ? verdict : null;
        }
    }

    // Who is guilty can make as many proofs as it likes: news are those of another key that it was admitted with later.
    private bool IsNews(PeerConviction proved)
    {
        if (_keys.Count >= MaxPeers || (_peers.TryGetValue(proved.Peer, out var before) && proved.AdmittedAt <= before) || !_keys.Add((proved.Peer, proved.Key)))
        {
            return false;
        }

        _peers[proved.Peer] = proved.AdmittedAt;
        return true;
    }
}
