using Npgsql;

namespace LiveLedger.Ledger;

/// <summary>
/// Writes rows that must be true in the moment the events are: in the append's own transaction. It may read what belongs to this stream
/// only; what spans streams follows the log by index. It does not run again for events that were stored before.
/// </summary>
/// <param name="transaction">The append's transaction; the projection neither commits nor rolls back.</param>
/// <param name="stored">The events just stored, in order.</param>
/// <param name="cancel">Ends the call.</param>
public delegate Task InlineProjection(NpgsqlTransaction transaction, IReadOnlyList<StoredEvent> stored, CancellationToken cancel);
