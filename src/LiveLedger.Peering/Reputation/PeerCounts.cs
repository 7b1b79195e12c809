using LiveLedger.Peering.Admissions;

namespace LiveLedger.Peering.Reputation;

/// <summary>A peer's standing as it is counted, and who has backed it lately.</summary>
internal sealed class PeerCounts
{
    public Standing Standing { get; set; } = Standing.Newcomer;

    /// <summary>The epoch of the last credit from each receiver.</summary>
    public Dictionary<PeerPseudonym, long> Backers { get; } = [];

    public void Credit(PeerPseudonym receiver, long share, long bytes, long epoch)
    {
        if (share > 0)
        {
            Backers[receiver] = epoch;
        }

        if (Backers.Count > 2 * Formula.ProvenBreadth)
        {
            foreach (var old in Backers.Where(b => b.Value <= epoch - Formula.BreadthEpochs).Select(static b => b.Key).ToList())
            {
                Backers.Remove(old);
            }
        }

        var now = Standing.At(epoch);
        Standing = now with
        {
            Good = Math.Min(Formula.Cap, now.Good + Formula.GainOfShare * share),
            Receipts = now.Receipts + 1,
            Bytes = now.Bytes + bytes,
            Receivers = Backers.Values.Count(last => last > epoch - Formula.BreadthEpochs),
        };
    }

    public void Punish(long penalty, long epoch)
    {
        var now = Standing.At(epoch);
        Standing = now with { Bad = Math.Min(Formula.Cap, now.Bad + penalty) };
    }
}
