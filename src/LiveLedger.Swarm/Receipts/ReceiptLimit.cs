using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Receipts;

/// <summary>
/// How many batches an entitlement or grant hands in, each an event for ever: a viewer 6 at once, and one each 15 s, and it needs one in a minute; a relay, which has hundreds of links, 12, and one each 5 s.
/// </summary>
internal sealed class ReceiptLimit(TimeProvider time)
{
    private readonly Allowances<(BroadcastId, PeerPseudonym)> _viewers = new(time, 6, TimeSpan.FromSeconds(15), 200_000);
    private readonly Allowances<(BroadcastId, PeerPseudonym)> _relays = new(time, 12, TimeSpan.FromSeconds(5), 20_000);

    /// <summary>Takes one; how long to wait for the next if there is none.</summary>
    public TimeSpan? Take(BroadcastId broadcast, PeerPseudonym peer, PeerRole role) => (role == PeerRole.Viewer ? _viewers : _relays).Take((broadcast, peer));
}
