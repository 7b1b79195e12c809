using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Tests.Reputation;

namespace LiveLedger.Faults.Attacks.Standing;

/// <summary>What a count without any of its bounds would come to: whoever signs is believed, each time and as much as it says.</summary>
internal sealed class Claims
{
    private const int ChunkSize = 16_384;

    private readonly Dictionary<PeerKey, double> _bytes = [];

    public void Take(ReceiptBatch batch) =>
        _bytes[batch.Sender] = _bytes.GetValueOrDefault(batch.Sender) + batch.Receipts.Sum(static r => r.Receipt.Runs.Sum(static run => run.Chunks.ToArray().Sum(static c => (double)c * ChunkSize)));

    public double Of(SwarmLog log, int peer) => _bytes.GetValueOrDefault(PeerKey.Of(log.Key(peer).PublicKey));
}
