using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger.Auditing;

/// <summary>What the audit index needs to know of broadcasts, given by the server: the ledger does not know what its streams are about.</summary>
public sealed record AuditLinks
{
    /// <summary>
    /// The broadcast an event belongs to, or null for none. A function of the event alone, for ever the same: the index is rebuilt with it.
    /// Whoever owns the broadcast may read the event.
    /// </summary>
    public required Func<StoredEvent, string?> BroadcastOf { get; init; }

    /// <summary>The account that owns a broadcast, or null if there is no such broadcast (or no such name of one).</summary>
    public required Func<string, CancellationToken, ValueTask<string?>> OwnerOf { get; init; }

    /// <summary>
    /// Trees of the log that were anchored outside of it, each with a receipt of that: the largest first, none above this size, at most so many.
    /// Null where nothing is anchored.
    /// </summary>
    public Func<TreeSize, int, CancellationToken, Task<IReadOnlyList<AnchoredTree>>>? AnchorsFor { get; init; }
}

/// <summary>A tree of the log that was anchored.</summary>
/// <param name="Head">The tree.</param>
/// <param name="Receipt">What shows it, a line of at most 64 KiB; the ledger does not know how.</param>
public sealed record AnchoredTree(TreeHead Head, ReadOnlyMemory<byte> Receipt);
