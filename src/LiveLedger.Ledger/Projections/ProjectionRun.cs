using Npgsql;

namespace LiveLedger.Ledger.Projections;

/// <summary>
/// Follows the log with one projection, over the session that holds the projection's lock. A rebuild fills its own tables beside the live ones,
/// batch by batch in turn with them, and takes their place when it has come as far.
/// </summary>
internal sealed class ProjectionRun(NpgsqlConnection connection, AsyncProjection projection, Upcasters upcasters, Action<ProjectionStep> reached)
{
    private readonly ProjectionTables _tables = new(connection, projection, upcasters);

    // What a swap of an earlier runner has replaced may still be there.
    private bool _replaced = true;

    /// <summary>One batch of the live tables and one of a rebuild.</summary>
    /// <returns>True if there may be more to do at once.</returns>
    /// <exception cref="ProjectionNewerException">A newer version of the program has filled the tables.</exception>
    public async Task<bool> StepAsync(CancellationToken cancel)
    {
        if (await _tables.ReadAsync(cancel) is not { } place)
        {
            await _tables.AddAsync(cancel);
            reached(ProjectionStep.Added);
            return true;
        }

        if (place.Version > projection.Version || place.RebuildVersion > projection.Version)
        {
            throw new ProjectionNewerException(projection.Name);
        }

        if (_replaced)
        {
            _replaced = !await _tables.TryDropReplacedAsync(cancel);
        }

        // Tables of an older version stand still: their code is gone. They answer until the new ones take their place.
        var live = place.Version == projection.Version ? await ApplyAsync(place, rebuild: false, cancel) : 0;
        if (place.Version < projection.Version || place.RebuildVersion is not null)
        {
            return await RebuildAsync(place with { Next = place.Next + live }, cancel);
        }

        return live > 0;
    }

    private async Task<bool> RebuildAsync(ProjectionPlace place, CancellationToken cancel)
    {
        if (place.RebuildVersion != projection.Version || place.RebuildNext is not { } next)
        {
            await _tables.BeginRebuildAsync(cancel);
            reached(ProjectionStep.RebuildBegun);
            return true;
        }

        var count = await ApplyAsync(place, rebuild: true, cancel);

        // Nobody moves the live tables meanwhile: that is done by us, or not at all.
        if (!_replaced && (count == 0 || next + count >= place.Next))
        {
            reached(ProjectionStep.CaughtUp);
            await _tables.SwapAsync(cancel);
            _replaced = true;
            reached(ProjectionStep.Swapped);
            return true;
        }

        return count > 0;
    }

    private async Task<int> ApplyAsync(ProjectionPlace place, bool rebuild, CancellationToken cancel)
    {
        var events = await _tables.ReadBatchAsync(rebuild ? place.RebuildNext!.Value : place.Next, cancel);
        if (events.Count > 0)
        {
            await _tables.ApplyAsync(place, rebuild, events, () => reached(rebuild ? ProjectionStep.RebuildWritten : ProjectionStep.Written), cancel);
            reached(rebuild ? ProjectionStep.RebuildCommitted : ProjectionStep.Committed);
        }

        return events.Count;
    }
}

/// <summary>The durable steps of a projection, for tests that fail at each.</summary>
internal enum ProjectionStep
{
    /// <summary>Its empty tables are there.</summary>
    Added,

    /// <summary>A batch's rows and the place are written and not committed.</summary>
    Written,

    /// <summary>And committed.</summary>
    Committed,

    /// <summary>The empty tables of a rebuild are there.</summary>
    RebuildBegun,

    /// <summary>A batch of the rebuild is written and not committed.</summary>
    RebuildWritten,

    /// <summary>And committed.</summary>
    RebuildCommitted,

    /// <summary>The rebuild has come as far as the live tables.</summary>
    CaughtUp,

    /// <summary>The rebuilt tables are the live ones.</summary>
    Swapped,
}

/// <summary>A newer version of the program has filled the tables: this one leaves them alone.</summary>
public sealed class ProjectionNewerException(string name) : Exception($"a newer version of the program keeps the projection {name}");
