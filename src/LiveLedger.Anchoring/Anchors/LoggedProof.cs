using LiveLedger.Chain.Contracts;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Reading;
using LiveLedger.Transparency.Tree;

namespace LiveLedger.Anchoring.Anchors;

/// <summary>Events as the contracts take them: entry, place, and the proof that it is in the tree of an anchored size.</summary>
internal sealed class LoggedProof(EventStore ledger, LogReader log)
{
    /// <summary>An event's proof; null if there is no such event, or if the tree does not have it.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<(LoggedEntry Entry, FoundEvent Event)?> OfAsync(Guid id, TreeSize size, CancellationToken cancel) =>
        await ledger.FindAsync(id, cancel) is { Index: { } index } found && size.Holds(index) && await log.InclusionAsync(index, size, cancel) is var (_, proof)
            ? (new(size, index, found.Entry, proof.Hashes), found)
            : null;

    /// <summary>The place of an event in the log; null if it has none yet.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<ulong?> PlaceAsync(Guid id, CancellationToken cancel) => (await ledger.FindAsync(id, cancel))?.Index?.Value;

    /// <summary>The first event of a type in a stream; null if there is none.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<StoredEvent?> FirstAsync(StreamName stream, string type, CancellationToken cancel) =>
        await ledger.ReadStreamAsync(stream, cancel: cancel).FirstOrDefaultAsync(e => e.Type == type, cancel);
}
