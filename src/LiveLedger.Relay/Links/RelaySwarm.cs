using System.Collections.Concurrent;
using LiveLedger.Media;
using LiveLedger.Peering.Links;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.FraudProofs;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Revocations;
using LiveLedger.Relay.Broadcasts;
using LiveLedger.Relay.Objects;
using LiveLedger.Relay.Platforms;

namespace LiveLedger.Relay.Links;

/// <summary>The relay's part in one broadcast's swarm: its admission, its links, what they are told.</summary>
internal sealed class RelaySwarm
{
    private const int MaxLinks = 1000;

    // Tabs and devices of one entitlement.
    private const int MaxLinksOfPeer = 8;

    private readonly ConcurrentDictionary<PeerLink, byte> _links = new();
    private readonly Lock _joining = new();

    public RelaySwarm(RelayedBroadcast broadcast, Platform platform, RelayCounters counters, TimeProvider time)
    {
        (Broadcast, Platform, Counters, Time) = (broadcast, platform, counters, time);
        Frauds = new(broadcast.Id, platform, () => broadcast.Identity);
        Upload = new(time);
        Revocations = new(time);
        Interest = new(broadcast.Book, time);
        broadcast.Arrived = Announce;
    }

    public RelayedBroadcast Broadcast { get; }

    public Platform Platform { get; }

    public RelayCounters Counters { get; }

    /// <summary>What the grant lets it send, to all peers of the broadcast together.</summary>
    public UploadLimiter Upload { get; }

    public RevocationBook Revocations { get; }

    /// <summary>Who is proved guilty, whether the platform has said so yet or not.</summary>
    public FraudBook Frauds { get; }

    public TimeProvider Time { get; }

    /// <summary>Takes receipts of periods that are over.</summary>
    public Action<SignedReceipt> Settled { get; set; } = static _ => { };

    public Holdings Holdings { get; } = new();

    public Interest Interest { get; }

    /// <summary>Who the relay is here; null until it was admitted.</summary>
    public LinkSelf? Self { get; private set; }

    public int Links => _links.Count;

    /// <summary>Told when the relay's own admission is void.</summary>
    public Action Revoked { get; set; } = static () => { };

    /// <summary>The admission in use from now on. The first says whose the broadcast is, where the operator has not.</summary>
    public void Admit(LinkSelf self)
    {
        Self = self;
        Upload.Limit = self.Admission.UploadLimit;
        Broadcast.Identity ??= self.Admission.Identity;
        foreach (var track in self.Admission.Tracks ?? [])
        {
            Broadcast.Book.Note(track);
        }
    }

    public bool TryJoin(PeerLink link)
    {
        lock (_joining)
        {
            // Asked again: the revocation may have come during the handshake.
            return _links.Count < MaxLinks && !IsOut(link.Other!)
                && _links.Keys.Count(l => l.Other!.Peer == link.Other!.Peer) < MaxLinksOfPeer && _links.TryAdd(link, 0);
        }
    }

    /// <summary>True for a peer that was revoked, or proved guilty.</summary>
    public bool IsOut(Admission admission) => Revocations.Covers(admission) || Frauds.Convicts(admission);

    /// <summary>Has each link hand over the receipt of a period that is over.</summary>
    public void Settle()
    {
        foreach (var link in _links.Keys)
        {
            link.Settle();
        }
    }

    /// <summary>Takes proofs that were news here, for the platform: whoever found them may be gone before it has told it.</summary>
    public Action<FraudVerdict, byte[]> Proved { get; set; } = static (_, _) => { };

    /// <summary>Takes what may be a fraud proof from a peer: whom it convicts is cut off, and the others are told, who may not reach the platform.</summary>
    public void TakeProof(ReadOnlySpan<byte> proof)
    {
        if (Frauds.Add(proof) is not { } verdict)
        {
            return;
        }

        Proved(verdict, proof.ToArray());

        var message = new Fraud(proof.ToArray()).ToMessage();
        foreach (var link in _links.Keys)
        {
            if (Frauds.Convicts(link.Other!))
            {
                link.End(ByeReason.NotAdmitted);
            }
            else
            {
                link.PassOn(message);
            }
        }
    }

    public void Leave(PeerLink link) => _links.TryRemove(link, out _);

    /// <summary>A track by its tag, where its name is known.</summary>
    public TrackName? TrackOf(TrackTag tag) => Broadcast.Book.TryGetTrack(tag, out var track) ? track : null;

    /// <summary>Takes what may be a revocation from the tracker or a peer: whom it names is cut off, and the others are told.</summary>
    public void TakeRevocation(string token)
    {
        if (Platform.Issuer is not { } issuer || RevocationToken.Read(token, issuer, Platform.Keys, Broadcast.Id) is not { } revocation || !Revocations.Add(revocation))
        {
            return;
        }

        if (Self is { } self && Revocations.Covers(self.Admission))
        {
            // The others refuse it from now on. It stays as it is until it has another admission.
            Self = null;
            EndAll(ByeReason.NotAdmitted);
            Revoked();
            return;
        }

        var message = new Peering.Messages.Revoked(token).ToMessage();
        foreach (var link in _links.Keys)
        {
            if (Revocations.Covers(link.Other!))
            {
                link.End(ByeReason.NotAdmitted);
            }
            else
            {
                link.PassOn(message);
            }
        }
    }

    /// <summary>Ends all links in order, and lets nobody in any more.</summary>
    public async Task LeaveAsync()
    {
        Self = null;
        EndAll(ByeReason.Leaving);
        // Each link has its own time for this and is cut off behind it.
        await Task.WhenAll(_links.Keys.Select(static l => l.Over));
    }

    private void EndAll(ByeReason reason)
    {
        foreach (var link in _links.Keys)
        {
            link.End(reason);
        }
    }

    private void Announce(RelayObject segment)
    {
        var have = Holdings.Add(segment);
        foreach (var link in _links.Keys)
        {
            if (link.Other!.Tracks is not { } tracks || tracks.Contains(segment.Name.Track))
            {
                link.Announce(have);
            }
        }
    }
}
