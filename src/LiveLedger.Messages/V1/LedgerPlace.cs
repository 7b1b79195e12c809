namespace LiveLedger.Messages.V1;

/// <summary>Where a message's event stands in the log: whoever doubts the message proves the event there.</summary>
/// <param name="Log">The log's origin, as in its checkpoints.</param>
/// <param name="Index">The event's place in the log, from 0. Messages may come twice and out of this order; it tells which was first.</param>
/// <param name="Event">The event's id; also the id of the message, whenever it is sent.</param>
/// <param name="Stream">The event's stream.</param>
/// <param name="Version">The event's place in the stream, from 0.</param>
/// <param name="RecordedAt">The time in the event's entry.</param>
public sealed record LedgerPlace(string Log, ulong Index, Guid Event, string Stream, ulong Version, DateTimeOffset RecordedAt);
