using System.Collections.Concurrent;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Peering.Revocations;

namespace LiveLedger.Relay.Links;

/// <summary>Who was revoked in one broadcast, and until when that can matter.</summary>
internal sealed class RevocationBook(TimeProvider time)
{
    private const int MaxPeers = 10_000;

    private readonly ConcurrentDictionary<PeerPseudonym, (DateTimeOffset IssuedAt, long KeptAt)> _peers = new();

    /// <summary>True for an admission that is void.</summary>
    public bool Covers(Admission admission) => _peers.TryGetValue(admission.Peer, out var revoked) && admission.IssuedAt <= revoked.IssuedAt;

    /// <summary>True if what a proof shows was void since: the platform knows of it, or of worse.</summary>
    public bool Covers(PeerConviction proved) => _peers.TryGetValue(proved.Peer, out var revoked) && proved.AdmittedAt <= revoked.IssuedAt;

    /// <summary>Takes a revocation in; false if it says nothing new.</summary>
    public bool Add(Revocation revocation)
    {
        var isNew = false;
        foreach (var peer in revocation.Peers)
        {
            if (_peers.TryGetValue(peer, out var known) && known.IssuedAt >= revocation.IssuedAt)
            {
                continue;
            }

            if (_peers.Count >= MaxPeers)
            {
                Forget();
            }

            _peers[peer] = (revocation.IssuedAt, time.GetTimestamp());
            isNew = true;
        }

        return isNew;
    }

    // The platform signed each of them, so that there are so many is its doing. Those that void nothing any more go.
    private void Forget()
    {
        foreach (var (peer, revoked) in _peers)
        {
            if (time.GetElapsedTime(revoked.KeptAt) > Revocation.Life)
            {
                _peers.TryRemove(peer, out _);
            }
        }
    }
}
