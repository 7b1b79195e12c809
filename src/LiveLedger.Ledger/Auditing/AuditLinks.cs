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
}
