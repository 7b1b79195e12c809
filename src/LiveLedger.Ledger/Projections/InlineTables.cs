using Npgsql;

namespace LiveLedger.Ledger.Projections;

/// <summary>
/// Tables that must be true in the moment the events are: every append to a stream they follow writes their rows in its own transaction. What
/// they hold is a function of those events and of nothing else (no clock, no chance, no other table), said once: appends and rebuilds use the
/// same <see cref="Apply"/>.
/// </summary>
public sealed record InlineTables
{
    /// <summary>Stable name, and the schema of its tables: a–z, 0–9 and _, at most 40. No other projection has it.</summary>
    public required string Name { get; init; }

    /// <summary>From 1; raised whenever the same events would give other rows or other tables. A start of the program then rebuilds them.</summary>
    public required int Version { get; init; }

    /// <summary>How the names of the streams begin that these tables follow, e.g. <c>entitlement/</c>.</summary>
    public required string Streams { get; init; }

    /// <summary>Statements that make the empty tables. They name them without a schema: the search path says which set is meant.</summary>
    public required string Tables { get; init; }

    /// <summary>Writes the rows of some events.</summary>
    public required ApplyInline Apply { get; init; }

    internal bool Follows(StreamName stream) => stream.Value.StartsWith(Streams, StringComparison.Ordinal);

    /// <summary>The same function, as what follows the log by index: a rebuild's first part.</summary>
    internal AsyncProjection ByIndex => new()
    {
        Name = Name,
        Version = Version,
        Tables = Tables,
        Apply = async (transaction, events, cancel) =>
        {
            var own = events.Where(e => Follows(e.Event.Stream)).Select(static e => e.Event).ToArray();
            if (own.Length > 0)
            {
                await Apply(transaction, own, cancel);
            }
        },
    };
}

/// <summary>
/// Writes the rows of events. Events of one stream come in order; of different streams in any order (commit order is not index order), so
/// it may read and write what belongs to an event's own stream only. It does not run again for events that were stored before.
/// </summary>
/// <param name="transaction">The append's, or the rebuild's; neither committed nor rolled back here. Table names without a schema.</param>
/// <param name="events">One or more, in today's schema.</param>
/// <param name="cancel">Ends the call.</param>
public delegate Task ApplyInline(NpgsqlTransaction transaction, IReadOnlyList<StoredEvent> events, CancellationToken cancel);
