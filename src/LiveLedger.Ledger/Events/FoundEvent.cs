using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger;

/// <summary>An event that was asked for by its id, with what it can be checked by.</summary>
/// <param name="Event">The event, in today's schema.</param>
/// <param name="Index">Its place in the log; null while it has none.</param>
/// <param name="Entry">The bytes its leaf is the hash of.</param>
/// <param name="Payload">The payload as it was appended, which the entry commits to.</param>
/// <param name="Salt">What it commits to it with.</param>
public sealed record FoundEvent(StoredEvent Event, LedgerIndex? Index, ReadOnlyMemory<byte> Entry, ReadOnlyMemory<byte> Payload, ReadOnlyMemory<byte> Salt);
