using LiveLedger.Media;
using LiveLedger.Peering.Admissions;
using LiveLedger.Peering.Messages;
using LiveLedger.Peering.Receipts;

namespace LiveLedger.Peering.Reputation;

/// <summary>What of an event standing is made of.</summary>
public abstract record ReputationInput
{
    private ReputationInput()
    {
    }

    /// <summary>From here on standings are counted by this version.</summary>
    public sealed record FormulaAdopted(int Version) : ReputationInput;

    /// <summary>Something of one broadcast.</summary>
    public abstract record OfBroadcast(BroadcastId Broadcast) : ReputationInput;

    /// <summary>A key may act for a pseudonym until then.</summary>
    public sealed record KeyAdmitted(BroadcastId Broadcast, PeerKey Key, PeerPseudonym Peer, PeerRole Role, DateTimeOffset Until) : OfBroadcast(Broadcast);

    /// <summary>A segment is there.</summary>
    public sealed record SegmentLogged(BroadcastId Broadcast, SegmentName Segment, int ByteLength) : OfBroadcast(Broadcast);

    /// <summary>A sender handed in receipts.</summary>
    public sealed record ReceiptsFiled(ReceiptBatch Batch) : OfBroadcast(Batch.Broadcast);

    /// <summary>Two receipts contradict one another.</summary>
    public sealed record ReceiptForked(BroadcastId Broadcast, ReceiptFork Fork) : OfBroadcast(Broadcast);

    /// <summary>A fraud was proved.</summary>
    public sealed record PeerConvicted(BroadcastId Broadcast, PeerPseudonym Peer) : OfBroadcast(Broadcast);

    /// <summary>Its convictions were lifted.</summary>
    public sealed record PeerPardoned(BroadcastId Broadcast, PeerPseudonym Peer) : OfBroadcast(Broadcast);

    /// <summary>Banned, or not any more.</summary>
    public sealed record BanChanged(BroadcastId Broadcast, PeerPseudonym Peer, bool IsBanned) : OfBroadcast(Broadcast);
}
