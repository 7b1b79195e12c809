using System.Collections.Concurrent;
using LiveLedger.Ledger;
using LiveLedger.Media;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Broadcasting.Broadcasts;

/// <summary>All broadcasts, by their events. Those not ended stay in memory, so that ingest and playback need no database.</summary>
internal sealed class BroadcastBook(EventStore ledger, LedgerDatabase database)
{
    /// <summary>Ended broadcasts kept in memory beside those that are not.</summary>
    private const int MaxEnded = 1_000;

    private readonly ConcurrentDictionary<BroadcastId, Broadcast> _known = new();

    /// <summary>The last version of each that was heard of from the log: a state that has not folded it is old. Never forgotten, so that no read that began before it brings an old state back.</summary>
    private readonly ConcurrentDictionary<BroadcastId, long> _heard = new();

    /// <summary>Those whose last append ended in doubt: read again when the database answers, used as they are while it does not.</summary>
    private readonly ConcurrentDictionary<BroadcastId, bool> _doubtful = new();

    /// <summary>The broadcast, or null if there is none.</summary>
    /// <exception cref="LedgerUnavailableException">It is not in memory and the database is away.</exception>
    public async ValueTask<Broadcast?> FindAsync(BroadcastId id, CancellationToken cancellation)
    {
        var known = _known.GetValueOrDefault(id);
        return known is null || _doubtful.ContainsKey(id) || IsOld(known) ? await FindLatestAsync(id, cancellation) : known;
    }

    /// <summary>The broadcast as the ledger has it now: another process may have changed it a moment ago. As it is known here while the database is away.</summary>
    /// <exception cref="LedgerUnavailableException">It is not in memory and the database is away.</exception>
    public async ValueTask<Broadcast?> FindLatestAsync(BroadcastId id, CancellationToken cancellation)
    {
        // Before the read: a doubt that comes up while it runs must outlast it.
        var doubted = _doubtful.TryRemove(id, out _);
        try
        {
            return await ReadAsync(id, cancellation);
        }
        catch (Exception e)
        {
            if (doubted)
            {
                _doubtful[id] = true;
            }

            if (e is LedgerUnavailableException && _known.GetValueOrDefault(id) is { } known)
            {
                return known;
            }

            throw;
        }
    }

    // Versions count from 0, so a state that has folded an event has a greater one.
    private bool IsOld(Broadcast known) => _heard.TryGetValue(known.Id, out var heard) && (long)known.Version <= heard;

    private async Task<Broadcast?> ReadAsync(BroadcastId id, CancellationToken cancellation)
    {
        var broadcast = new Broadcast { Id = id };
        await foreach (var stored in ledger.ReadStreamAsync(StreamOf(id), cancel: cancellation))
        {
            broadcast = broadcast.Apply(BroadcastEventJson.Read(stored.Type, stored.PayloadJson.Span));
        }

        if (broadcast.Version == 0)
        {
            return null;
        }

        Keep(broadcast);
        return broadcast;
    }

    /// <summary>Appends to the broadcast's stream if nothing else has been since <paramref name="current"/>; returns the state after.</summary>
    /// <exception cref="BroadcastChangedException">Somebody else was faster.</exception>
    /// <exception cref="LedgerUnavailableException">The database is away; nothing happened, or it happened and shows on the next read.</exception>
    public async Task<Broadcast> AppendAsync(Broadcast current, BroadcastEvent e, string actor, CancellationToken cancellation)
    {
        var next = current.Apply(e);
        var expected = ExpectedVersion.Exactly((long)current.Version - 1);
        var added = new NewEvent(Guid.CreateVersion7(), BroadcastEventJson.TypeOf(e), BroadcastEventJson.SchemaOf(e), BroadcastEventJson.Write(e), actor);
        AppendResult result;
        try
        {
            result = await ledger.AppendAsync(StreamOf(current.Id), expected, [added], cancellation);
        }
        catch
        {
            // The append may have taken effect before the answer was lost.
            _doubtful[current.Id] = true;
            throw;
        }

        if (!result.IsStored)
        {
            _doubtful[current.Id] = true;
            throw new BroadcastChangedException(current.Id);
        }

        Keep(next);
        return next;
    }

    /// <summary>Something was appended to a broadcast, by this process or another.</summary>
    public void Heard(BroadcastId id, long version) => _heard.AddOrUpdate(id, version, (_, before) => Math.Max(before, version));

    /// <summary>Ids of all broadcasts that are taken down.</summary>
    public async Task<IReadOnlyList<BroadcastId>> ListTakenDownAsync(CancellationToken cancellation)
    {
        await using var command = database.Source.CreateCommand(BroadcastSql.ListTakenDown);
        return await IdsAsync(command, cancellation);
    }

    /// <summary>Ids by owner (all owners if null), newest first, older than <paramref name="before"/>.</summary>
    public async Task<IReadOnlyList<BroadcastId>> ListAsync(string? owner, BroadcastId? before, int limit, CancellationToken cancellation)
    {
        await using var command = database.Source.CreateCommand(BroadcastSql.List);
        command.Parameters.Add(new() { Value = (object?)owner ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = (object?)before?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = limit });
        return await IdsAsync(command, cancellation);
    }

    /// <summary>Ids of all broadcasts that have not ended: what a server takes up again when it starts.</summary>
    public async Task<IReadOnlyList<BroadcastId>> ListOpenAsync(CancellationToken cancellation)
    {
        await using var command = database.Source.CreateCommand(BroadcastSql.ListOpen);
        return await IdsAsync(command, cancellation);
    }

    /// <summary>The broadcasts that anybody may watch live now, at most 10,000.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<IReadOnlyList<BroadcastId>> ListLiveAsync(CancellationToken cancellation) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand(BroadcastSql.ListLive);
        return await IdsAsync(command, cancellation);
    });

    private static async Task<IReadOnlyList<BroadcastId>> IdsAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var ids = new List<BroadcastId>();
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        while (await rows.ReadAsync(cancellation))
        {
            ids.Add(new(rows.GetGuid(0)));
        }

        return ids;
    }

    private static StreamName StreamOf(BroadcastId id) => new($"broadcast/{id}");

    private void Keep(Broadcast broadcast)
    {
        if (broadcast.State == BroadcastState.Ended && _known.Count(b => b.Value.State == BroadcastState.Ended) >= MaxEnded)
        {
            foreach (var old in _known.Where(b => b.Value.State == BroadcastState.Ended).Take(MaxEnded / 10))
            {
                _known.TryRemove(old);
            }
        }

        _known.AddOrUpdate(broadcast.Id, broadcast, (_, old) => old.Version > broadcast.Version ? old : broadcast);
    }
}

/// <summary>A broadcast was changed by somebody else between reading and writing.</summary>
internal sealed class BroadcastChangedException(BroadcastId id) : Exception($"broadcast {id} was changed meanwhile");
