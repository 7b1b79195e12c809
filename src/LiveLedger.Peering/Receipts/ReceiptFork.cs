using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Peering.Messages;

namespace LiveLedger.Peering.Receipts;

/// <summary>How two receipts contradict one another.</summary>
public enum ForkKind
{
    /// <summary>One link, but another sender or another broadcast.</summary>
    LinkTwice = 1,

    /// <summary>One number of one period, but not the same said.</summary>
    NumberTwice,

    /// <summary>A newer one of the same period has fewer chunks of some segment.</summary>
    LineSank,

    /// <summary>A newer one has a smaller total.</summary>
    TotalSank,
}

/// <summary>
/// Two receipts of one receiver for one link of which at most one can be honest (docs/formats/receipts.md). A link's name is made of the receiver's own nonce, so nobody but itself
/// can bring it to that. Whoever else is convicted signed both too, as the sender of batches that they are in.
/// </summary>
/// <param name="First">The one that comes first by period and number.</param>
/// <param name="Second">The other.</param>
/// <param name="Kind">What is wrong.</param>
public sealed record ReceiptFork(SignedReceipt First, SignedReceipt Second, ForkKind Kind)
{
    /// <summary>Who signed both as the receiver.</summary>
    public PeerKey Receiver => First.Receipt.Receiver;

    /// <summary>The contradiction between two receipts, in either order; null if there is none. Looks at no signature.</summary>
    public static ReceiptFork? Between(SignedReceipt one, SignedReceipt other)
    {
        var order = (one.Receipt.Period, one.Receipt.Number).CompareTo((other.Receipt.Period, other.Receipt.Number));
        var (first, second) = order < 0 || (order == 0 && one.Said.SequenceCompareTo(other.Said) <= 0) ? (one, other) : (other, one);
        return KindOf(first, second) is { } kind ? new(first, second, kind) : null;
    }

    /// <summary>True if the receiver signed both. Without it there is no fork at all.</summary>
    /// <param name="receiver">The key that an admission vouches for.</param>
    public bool Verify(Ed25519PublicKey receiver) => First.Verify(receiver) && Second.Verify(receiver);

    /// <summary>The sender that it convicts too, by two batches; null if none has signed both. Batches whose signatures do not hold convict nobody: check them first.</summary>
    /// <param name="first">A batch.</param>
    /// <param name="second">Another, or the same.</param>
    public PeerKey? SenderOfBoth(ReceiptBatch first, ReceiptBatch second) =>
        first.Sender == second.Sender && (Holds(first, First) && Holds(second, Second) || (Holds(first, Second) && Holds(second, First))) ? first.Sender : null;

    private static bool Holds(ReceiptBatch batch, SignedReceipt receipt) => batch.Receipts.Any(r => r.Hash == receipt.Hash);

    private static ForkKind? KindOf(SignedReceipt one, SignedReceipt other)
    {
        var (first, second) = (one.Receipt, other.Receipt);
        // Said twice with two signatures is said once: Ed25519 lets a signer make many.
        if (first.Receiver != second.Receiver || first.Link != second.Link || one.Said.SequenceEqual(other.Said))
        {
            return null;
        }

        if (first.Sender != second.Sender || first.Broadcast != second.Broadcast)
        {
            return ForkKind.LinkTwice;
        }

        if (first.Period == second.Period)
        {
            if (first.Number == second.Number)
            {
                return ForkKind.NumberTwice;
            }

            if (HasSunk(first, second))
            {
                return ForkKind.LineSank;
            }
        }

        return second.TotalChunks < first.TotalChunks || second.TotalBytes < first.TotalBytes ? ForkKind.TotalSank : null;
    }

    private static bool HasSunk(Receipt first, Receipt second)
    {
        foreach (var run in first.Runs)
        {
            for (var n = 0; n < run.Chunks.Length; n++)
            {
                if (run.Chunks.Span[n] > second.ChunksOf(new SegmentName(run.Track, run.Epoch, run.First + (uint)n)))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
