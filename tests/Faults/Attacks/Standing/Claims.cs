using LiveLedger.Peering.Receipts;
using LiveLedger.Peering.Tests.Reputation;

namespace LiveLedger.Faults.Attacks.Standing;

/// <summary>What a count without its bounds would come to: whoever signs is believed, each time and as much as it says.</summary>
/// <param name="most">Of one line of a receipt no more chunks count than this; null for as many as it says.</param>
internal sealed class Claims(int? most = null)
{
    private const int ChunkSize = 16_384;

    private readonly Dictionary<PeerKey, double> _bytes = [];

    public void Take(ReceiptBatch batch) =>
        _bytes[batch.Sender] = _bytes.GetValueOrDefault(batch.Sender) + batch.Receipts.Sum(r => r.Receipt.Runs.Sum(run => run.Chunks.ToArray().Sum(c => (double)Math.Min(c, most ?? c) * ChunkSize)));

    public double Of(SwarmLog log, int peer) => _bytes.GetValueOrDefault(PeerKey.Of(log.Key(peer).PublicKey));
}
