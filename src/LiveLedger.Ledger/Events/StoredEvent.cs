using LiveLedger.Transparency.Tree;

namespace LiveLedger.Ledger;

/// <summary>An event as it is stored.</summary>
/// <param name="Id">Its own id.</param>
/// <param name="Stream">The stream it stands in.</param>
/// <param name="Version">Its place in the stream, from 0.</param>
/// <param name="Type">Stable kebab-case name.</param>
/// <param name="Schema">Version of the payload.</param>
/// <param name="RecordedAt">The appender's clock, whole microseconds.</param>
/// <param name="Actor">Who caused it.</param>
/// <param name="PayloadJson">UTF-8 JSON, the bytes that were appended.</param>
public sealed record StoredEvent(
    Guid Id, StreamName Stream, long Version, string Type, int Schema, DateTimeOffset RecordedAt, string Actor, ReadOnlyMemory<byte> PayloadJson)
{
    /// <summary>What this belongs to, if anybody said.</summary>
    public Guid? Correlation { get; init; }

    /// <summary>The command or event that caused this one, if anybody said.</summary>
    public Guid? Causation { get; init; }
}

/// <summary>An event at its place in the log.</summary>
/// <param name="Index">Its only global position: contiguous from 0.</param>
/// <param name="Event">The event.</param>
public sealed record LoggedEvent(LedgerIndex Index, StoredEvent Event);
