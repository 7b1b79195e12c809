using LiveLedger.Ledger.Projections;
using LiveLedger.Transparency.Tree;
using Npgsql;

namespace LiveLedger.Ledger;

/// <summary>
/// Streams of events, each a line of versions, all of them leaves of one log. An append is one round trip and returns when it is committed;
/// its index follows within milliseconds, given by the sequencer.
/// </summary>
public sealed partial class EventStore
{
    /// <summary>Most events in one append.</summary>
    public const int MaxEvents = 1000;

    // Appends that hold a session at once. Each is a process of PostgreSQL's; more of them than its cores can serve only take turns on them,
    // and whoever is next has waited longer: of 512 callers at 5,000 appends a second the slowest hundredth waited twice as long with 100.
    // The rest of the pool is for readers.
    internal const int MaxAtOnce = 32;

    // A second, at a batch every 50 ms.
    private const int LooksBeforeDatabase = 20;

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);

    private readonly LedgerDatabase _database;
    private readonly LedgerState _state;
    private readonly TimeProvider _time;
    private readonly Upcasters _upcasters;
    private readonly InlineWrites _inline;
    private readonly Action<LedgerStep> _reached;
    private readonly EventAppend _append;
    private readonly SemaphoreSlim _turns = new(MaxAtOnce);
    private readonly GroupCommit _firsts;
    private readonly FollowedReads _followed;

    /// <summary>A store over a database.</summary>
    /// <param name="database">The ledger's.</param>
    /// <param name="state">Whether appends are taken.</param>
    /// <param name="time">Stamps events.</param>
    /// <param name="inline">Tables that appends write too; <see cref="InlineRebuild.PrepareAsync"/> must have made them.</param>
    /// <param name="upcasters">Show old events to readers in today's schema.</param>
    /// <param name="options">What the ledger is made of; null where no fault test has to look in.</param>
    public EventStore(LedgerDatabase database, LedgerState state, TimeProvider time, IEnumerable<InlineTables>? inline = null, Upcasters? upcasters = null,
        LedgerOptions? options = null)
    {
        (_database, _state, _time, _upcasters) = (database, state, time, upcasters ?? new());
        _inline = new(inline ?? [], _upcasters);
        _reached = options?.Reached ?? (static _ => { });
        _append = options?.Append ?? EventAppend.Logged;
        _firsts = new(StoreFirstsAsync);
        _followed = new(FollowedAsync, FollowedPage / 2);
    }

    /// <summary>Appends events to one stream, all or none.</summary>
    /// <param name="stream">The stream; made by its first event.</param>
    /// <param name="expected">What the caller believes to be the stream's version.</param>
    /// <param name="events">1 to <see cref="MaxEvents"/> events. If all of them were appended to this stream before, nothing is added.</param>
    /// <param name="cancel">Ends the call; whether the events were stored is unknown then.</param>
    /// <exception cref="LedgerUnavailableException">The database is away or the log has halted. Appending the same ids again is safe.</exception>
    /// <exception cref="EventIdTakenException">An id was used for another event.</exception>
    public async Task<AppendResult> AppendAsync(StreamName stream, ExpectedVersion expected, IReadOnlyList<NewEvent> events,
        CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(events.Count, nameof(events));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(events.Count, MaxEvents, nameof(events));
        _state.RequireOpen();
        try
        {
            var version = expected.IsAny ? await ReadVersionAsync(stream, cancel) : expected.Value;
            while (true)
            {
                _reached(LedgerStep.Appending);
                var result = await InTurnAsync(() => AppendOnceAsync(stream, version, events, cancel), cancel);
                if (result.Outcome == AppendOutcome.Appended)
                {
                    _reached(LedgerStep.Appended);
                    _state.Appended();
                }

                if (result.IsStored || !expected.IsAny)
                {
                    return result;
                }

                // Somebody was faster, so the stream has moved: every round of this loop is an append of somebody.
                version = result.Version;
            }
        }
        catch (Exception e) when (LedgerUnavailableException.IsAway(e))
        {
            throw LedgerUnavailableException.Away(e);
        }
    }

    /// <summary>As <see cref="AppendAsync"/>, and waits until the events have their places in the log.</summary>
    public async Task<AppendResult> AppendAndSequenceAsync(StreamName stream, ExpectedVersion expected, IReadOnlyList<NewEvent> events,
        CancellationToken cancel = default)
    {
        // Before the append: the sequencer then does not wait for more company than a caller who waits has patience for.
        _state.BeginAwait();
        try
        {
            var before = _state.KnownSize;
            var result = await AppendAsync(stream, expected, events, cancel);
            return result.IsStored ? await UntilSequencedAsync(result, result.Outcome == AppendOutcome.Appended ? before : 0, cancel) : result;
        }
        finally
        {
            _state.EndAwait();
        }
    }

    // No index of the events is below the floor.
    private async Task<AppendResult> UntilSequencedAsync(AppendResult result, ulong floor, CancellationToken cancel)
    {
        try
        {
            for (var looks = 0; ; looks++)
            {
                var grown = _state.NextSequenced();
                _state.RequireOpen();
                if (_state.FindRecent(result.Positions) is { } recent)
                {
                    return result with { Indexes = recent };
                }

                // Old events, or another process is the sequencer, or was until now: then looking is the only way to know.
                if ((!_state.IsLeader || result.Outcome != AppendOutcome.Appended || looks >= LooksBeforeDatabase)
                    && await ReadIndexesAsync(result.Positions, floor, cancel) is var indexes && indexes.Count == result.Positions.Length)
                {
                    return result with { Indexes = indexes };
                }

                await Task.WhenAny(grown, Task.Delay(s_look, _time, cancel));
                cancel.ThrowIfCancellationRequested();
            }
        }
        catch (Exception e) when (LedgerUnavailableException.IsAway(e))
        {
            throw LedgerUnavailableException.Away(e);
        }
    }

    private async Task<T> InTurnAsync<T>(Func<Task<T>> append, CancellationToken cancel)
    {
        await _turns.WaitAsync(cancel);
        try
        {
            return await append();
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<AppendResult> AppendOnceAsync(StreamName stream, long expected, IReadOnlyList<NewEvent> events, CancellationToken cancel)
    {
        var encoding = EventEncoding.Of(stream, expected, events, _time.GetUtcNow());
        await using var connection = await _database.Source.OpenConnectionAsync(cancel);
        _database.RequireChecked();
        try
        {
            if (!_inline.Follow(stream))
            {
                var appended = await _append.RunAsync(connection, null, stream, expected, encoding, cancel);
                Remember(appended, encoding);
                return appended;
            }

            await using var transaction = await connection.BeginTransactionAsync(cancel);
            var result = await _append.RunAsync(connection, transaction, stream, expected, encoding, cancel);
            if (result.Outcome == AppendOutcome.Appended)
            {
                await _inline.WriteAsync(transaction, stream, Stored(encoding), cancel);
            }

            await transaction.CommitAsync(cancel);
            Remember(result, encoding);
            return result;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && e.ConstraintName == "events_id_key")
        {
            // Over the same session: many at once that each held one and asked for another would wait for one another.
            return await FindAsync(connection, stream, encoding.Ids, cancel) ?? throw new EventIdTakenException(e);
        }
    }

    private void Remember(AppendResult result, EventEncoding encoding)
    {
        if (result.Outcome == AppendOutcome.Appended && _state.ForJournal is { } recent)
        {
            for (var i = 0; i < result.Positions.Length; i++)
            {
                recent.Keep(result.Positions[i], new(encoding.Entries[i], encoding.Salts[i], encoding.Payloads[i]));
            }
        }
    }

    private static async Task<AppendResult?> FindAsync(NpgsqlConnection connection, StreamName stream, Guid[] ids, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_find, connection);
        command.Parameters.Add(new() { Value = stream.Value });
        command.Parameters.Add(new() { Value = ids });
        await using var row = await command.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return row.GetInt64(0) == ids.Length
            ? new(AppendOutcome.AlreadyAppended, row.GetInt64(1)) { Positions = row.GetFieldValue<long[]>(2) }
            : null;
    }

    private async Task<IReadOnlyList<LedgerIndex>> ReadIndexesAsync(long[] positions, ulong floor, CancellationToken cancel)
    {
        await using var command = _database.Source.CreateCommand(s_indexes);
        command.Parameters.Add(new() { Value = positions });
        command.Parameters.Add(new() { Value = (long)floor });
        var indexes = new List<LedgerIndex>(positions.Length);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            indexes.Add(new((ulong)rows.GetInt64(0)));
        }

        return indexes;
    }

    private static StoredEvent[] Stored(EventEncoding encoding) =>
        [.. encoding.Entries.Zip(encoding.Payloads, (entry, payload) => EventEncoding.Decode(entry, payload))];
}
