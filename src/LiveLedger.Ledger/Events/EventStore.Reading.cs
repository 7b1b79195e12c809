using System.Runtime.CompilerServices;
using LiveLedger.Ledger.Schema;
using LiveLedger.Transparency.Tree;
using Npgsql;

namespace LiveLedger.Ledger;

public sealed partial class EventStore
{
    private const int Page = 500;

    private static readonly string s_version = Sql.Load("Events/stream_version.sql");
    private static readonly string s_find = Sql.Load("Events/find_events.sql");
    private static readonly string s_findOne = Sql.Load("Events/find_event.sql");
    private static readonly string s_indexes = Sql.Load("Events/find_indexes.sql");
    private static readonly string s_readStream = Sql.Load("Events/read_stream.sql");
    private static readonly string s_readRange = Sql.Load("Events/read_range.sql");
    private static readonly string s_readFollowed = Sql.Load("Events/read_followed.sql");
    private static readonly string s_end = Sql.Load("Checkpointing/read_head.sql");

    // What a follower of few streams looks through at once.
    private const int FollowedPage = 5000;

    /// <summary>The version of a stream's last event, -1 if it has none.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<long> StreamVersionAsync(StreamName stream, CancellationToken cancel = default)
    {
        try
        {
            return await ReadVersionAsync(stream, cancel);
        }
        catch (Exception e) when (LedgerUnavailableException.IsAway(e))
        {
            throw LedgerUnavailableException.Away(e);
        }
    }

    /// <summary>A stream's events in order, starting with version <paramref name="from"/>, as far as they go now, in today's schema. Sequenced or not.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; what was given before stays right.</exception>
    public async IAsyncEnumerable<StoredEvent> ReadStreamAsync(StreamName stream, long from = 0, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        while (true)
        {
            var page = await PageAsync(s_readStream, [new() { Value = stream.Value }, new() { Value = from }, new() { Value = Page }], cancel);
            foreach (var (_, e) in page)
            {
                yield return e;
            }

            if (page.Count < Page)
            {
                yield break;
            }

            from += page.Count;
        }
    }

    /// <summary>Events with index <paramref name="from"/> and on, at most <paramref name="count"/> (and 500), in today's schema; fewer where the log ends.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<IReadOnlyList<LoggedEvent>> ReadRangeAsync(LedgerIndex from, int count, CancellationToken cancel = default)
    {
        var page = await PageAsync(s_readRange, [new() { Value = checked((long)from.Value) }, new() { Value = Math.Clamp(count, 0, Page) }], cancel);
        return [.. page.Select(row => new LoggedEvent(new((ulong)row.Place), row.Event))];
    }

    /// <summary>
    /// The log from an index on, without end, in today's schema: what a subscription in this process follows. There are no gaps to look for, so the index of the last
    /// event handled is the whole cursor.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">The database is away; go on from the last index later.</exception>
    public async IAsyncEnumerable<LoggedEvent> ReadFromAsync(LedgerIndex from, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        while (true)
        {
            var grown = _state.NextSequenced();
            var page = await ReadRangeAsync(from, Page, cancel);
            foreach (var logged in page)
            {
                yield return logged;
                from = new(logged.Index.Value + 1);
            }

            if (page.Count == 0)
            {
                await Task.WhenAny(grown, Task.Delay(s_look * 4, _time, cancel));
                cancel.ThrowIfCancellationRequested();
            }
        }
    }

    /// <summary>The event with this id, sequenced or not; null if there is none.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<FoundEvent?> FindAsync(Guid id, CancellationToken cancel = default) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = _database.Source.CreateCommand(s_findOne);
        command.Parameters.Add(new() { Value = id });
        await using var row = await command.ExecuteReaderAsync(cancel);
        if (!await row.ReadAsync(cancel))
        {
            return null;
        }

        var (entry, payload, salt) = (row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1), row.GetFieldValue<byte[]>(2));
        return new FoundEvent(_upcasters.ToLatest(EventEncoding.Decode(entry, payload)), row.IsDBNull(3) ? null : new((ulong)row.GetInt64(3)), entry, payload, salt);
    });

    /// <summary>The index that the next event to be sequenced gets: who follows from there misses nothing from now on.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public Task<LedgerIndex> ReadEndAsync(CancellationToken cancel = default) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = _database.Source.CreateCommand(s_end);
        return new LedgerIndex((ulong)(long)(await command.ExecuteScalarAsync(cancel))!);
    });

    /// <summary>As <see cref="ReadFromAsync"/>, of the streams whose names begin so, e.g. <c>entitlement/</c>; the others cost a look only.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away; go on from the last index later.</exception>
    public async IAsyncEnumerable<LoggedEvent> FollowAsync(string streams, LedgerIndex from, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var next = checked((long)from.Value);
        while (true)
        {
            var grown = _state.NextSequenced();
            var (page, end) = await _followed.ReadAsync(streams, next, cancel);
            foreach (var logged in page)
            {
                yield return logged with { Event = _upcasters.ToLatest(logged.Event) };
            }

            if (end == next)
            {
                await Task.WhenAny(grown, Task.Delay(s_look * 4, _time, cancel));
                cancel.ThrowIfCancellationRequested();
            }

            next = end;
        }
    }

    private Task<(List<LoggedEvent> Found, long End)> FollowedAsync(string[] streams, long from) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = _database.Source.CreateCommand(s_readFollowed);
        command.Parameters.AddRange((NpgsqlParameter[])[new() { Value = from }, new() { Value = FollowedPage }, new() { Value = streams }]);
        var (page, end) = (new List<LoggedEvent>(), from);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
        {
            if (!rows.IsDBNull(1))
            {
                page.Add(new(new((ulong)rows.GetInt64(0)), EventEncoding.Decode(rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2))));
            }
            else if (!rows.IsDBNull(0))
            {
                end = rows.GetInt64(0) + 1;
            }
        }

        return (page, end);
    });

    private async Task<long> ReadVersionAsync(StreamName stream, CancellationToken cancel)
    {
        await using var command = _database.Source.CreateCommand(s_version);
        command.Parameters.Add(new() { Value = stream.Value });
        return await command.ExecuteScalarAsync(cancel) is long version ? version : -1;
    }

    private async Task<List<(long Place, StoredEvent Event)>> PageAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancel)
    {
        try
        {
            await using var command = _database.Source.CreateCommand(sql);
            command.Parameters.AddRange(parameters);
            var page = new List<(long, StoredEvent)>();
            await using var rows = await command.ExecuteReaderAsync(cancel);
            while (await rows.ReadAsync(cancel))
            {
                page.Add((rows.GetInt64(0), _upcasters.ToLatest(EventEncoding.Decode(rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2)))));
            }

            return page;
        }
        catch (Exception e) when (LedgerUnavailableException.IsAway(e))
        {
            throw LedgerUnavailableException.Away(e);
        }
    }
}
