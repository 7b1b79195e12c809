using Npgsql;

namespace LiveLedger.Ledger.Projections;

/// <summary>
/// Tables that follow the log by index. What they hold is a function of the events and of nothing else (no clock, no chance, no other table),
/// so they can be dropped and made again to the same rows.
/// </summary>
public sealed record AsyncProjection
{
    /// <summary>Stable name, and the schema of its tables: a–z, 0–9 and _, at most 40.</summary>
    public required string Name { get; init; }

    /// <summary>Raised whenever the same events would give other rows or other tables; the tables are then rebuilt and swapped.</summary>
    public required int Version { get; init; }

    /// <summary>Statements that make the empty tables. They name them without a schema: the search path says which set is meant.</summary>
    public required string Tables { get; init; }

    /// <summary>Its events come as they were appended, not in today's schema: for what shows the log rather than acts on it.</summary>
    public bool AsAppended { get; init; }

    /// <summary>Writes the rows of some events.</summary>
    public required ApplyEvents Apply { get; init; }
}

/// <summary>Writes the rows of events that follow one another in the log. Table names without a schema, as in <see cref="AsyncProjection.Tables"/>.</summary>
/// <param name="transaction">Also moves the projection's place; the projection neither commits nor rolls back.</param>
/// <param name="events">One or more, without a gap.</param>
/// <param name="cancel">Ends the call.</param>
public delegate Task ApplyEvents(NpgsqlTransaction transaction, IReadOnlyList<LoggedEvent> events, CancellationToken cancel);
