using LiveLedger.Peering.Receipts;

namespace LiveLedger.Peering.Reputation;

/// <summary>What is remembered of a link: its last receipts, by which a replay is known and a fork is found.</summary>
internal sealed class CountedLink
{
    /// <summary>So many periods are remembered word for word.</summary>
    public const int Remembered = 4;

    public List<SignedReceipt> Recent { get; } = [];

    /// <summary>The newest period that was counted.</summary>
    public uint Period { get; set; }

    /// <summary>The log's time when the last receipt came, ms.</summary>
    public long At { get; set; }

    /// <summary>A fork was found here: nothing counts any more.</summary>
    public bool IsForked { get; set; }

    /// <summary>The fork was logged, and counts against who signed it.</summary>
    public bool IsPunished { get; set; }

    public ReceiptFork? ForkWith(SignedReceipt receipt)
    {
        foreach (var known in Recent)
        {
            if (ReceiptFork.Between(known, receipt) is { } fork)
            {
                return fork;
            }
        }

        return null;
    }

    public void Remember(SignedReceipt receipt)
    {
        if (Recent.Count == Remembered)
        {
            Recent.RemoveAt(0);
        }

        Recent.Add(receipt);
    }
}
