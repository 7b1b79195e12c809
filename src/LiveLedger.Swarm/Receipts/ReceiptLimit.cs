using LiveLedger.Media;
using LiveLedger.Peering.Admissions;

namespace LiveLedger.Swarm.Receipts;

/// <summary>How many batches an entitlement or grant hands in: 6 at once, and one each 15 s. Each is an event for ever, and a peer needs one in a minute.</summary>
internal sealed class ReceiptLimit(TimeProvider time)
{
    private readonly Allowances<(BroadcastId, PeerPseudonym)> _allowances = new(time, 6, TimeSpan.FromSeconds(15), 200_000);

    /// <summary>Takes one; how long to wait for the next if there is none.</summary>
    public TimeSpan? Take(BroadcastId broadcast, PeerPseudonym peer) => _allowances.Take((broadcast, peer));
}
