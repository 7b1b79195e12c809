using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Reading;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Ledger.Auditing;

/// <summary>
/// Answers out of the audit index and the log. An answer is whole up to an index that it names: what the last checkpoint covers and the index
/// has taken in.
/// </summary>
internal sealed class AuditReader(LedgerDatabase database, LogReader log)
{
    /// <summary>Most entries of a page.</summary>
    public const int MaxPage = 1000;

    // Payloads go up to a MiB each.
    private const long PageBytes = 4 * 1024 * 1024;
    private const string FilterMark = "/* and the filters asked for */";

    private static readonly string s_place = Sql.Load("Projections/read_projection.sql");
    private static readonly string s_blocks = Sql.Load("Auditing/time_blocks.sql");
    private static readonly string s_page = Sql.Load("Auditing/read_entries_page.sql");
    private static readonly string s_heads = Sql.Load("Auditing/read_stream_heads.sql");

    /// <summary>The index below which an answer is whole now.</summary>
    /// <exception cref="RefusedException">The index is being built, or the database is away.</exception>
    public Task<long> UpToAsync(CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand(s_place);
        command.Parameters.Add(new() { Value = AuditIndex.Name });
        await using var row = await command.ExecuteReaderAsync(cancel);

        // Another version's tables have another form.
        return await row.ReadAsync(cancel) && row.GetInt32(0) == AuditIndex.Version
            ? Math.Min(row.GetInt64(2), (long)log.Head().Size.Value)
            : throw new RefusedException(new(503, "index-not-ready", "the ledger's index is being built; try again") { RetryAfter = TimeSpan.FromSeconds(5) });
    });

    /// <summary>The indexes that can meet a query, first and end: the rest need not be looked at.</summary>
    public Task<(long First, long End)> SpanAsync(AuditQuery query, long upTo, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        var (first, end) = ((long)query.From, Math.Min(upTo, (long)(query.To ?? long.MaxValue)));
        if (query.Since is null && query.Until is null)
        {
            return (first, end);
        }

        await using var command = database.Source.CreateCommand(s_blocks);
        command.Parameters.Add(new() { Value = query.Since?.UtcDateTime ?? DateTime.SpecifyKind(DateTime.MinValue, DateTimeKind.Utc) });
        command.Parameters.Add(new() { Value = query.Until?.UtcDateTime ?? DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc) });
        await using var row = await command.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return row.IsDBNull(0)
            ? (first, first)
            : (Math.Max(first, row.GetInt64(0) * AuditIndex.BlockLength), Math.Min(end, (row.GetInt64(1) + 1) * AuditIndex.BlockLength));
    });

    /// <summary>The entries of a query with indexes of a span, by index.</summary>
    /// <param name="query">The filters; its indexes and limit are not looked at.</param>
    /// <param name="first">The first index.</param>
    /// <param name="end">Behind the last one; at most what <see cref="UpToAsync"/> gave.</param>
    /// <param name="limit">Most entries, up to <see cref="MaxPage"/>.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <returns>The entries, and the index to go on from (null: there are no more).</returns>
    public Task<(IReadOnlyList<AuditedEntry> Entries, long? Next)> PageAsync(AuditQuery query, long first, long end, int limit, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand();
        foreach (var value in (object[])[first, end, limit + 1, PageBytes])
        {
            command.Parameters.Add(new() { Value = value });
        }

        command.CommandText = Filtered(s_page, command,
            ("e.broadcast =", query.Broadcast), ("e.stream =", query.Stream), ("e.actor =", query.Actor), ("e.type =", query.Type),
            ("e.recorded >=", query.Since?.UtcDateTime), ("e.recorded <", query.Until?.UtcDateTime));
        var entries = new List<AuditedEntry>();
        var found = 0L;
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (entries.Count < limit && await rows.ReadAsync(cancel))
        {
            entries.Add(new(rows.GetInt64(0), rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2), rows.GetFieldValue<byte[]>(3), rows.GetFieldValue<byte[]>(4)));
            found = rows.GetInt64(5);
        }

        return ((IReadOnlyList<AuditedEntry>)entries, found > entries.Count ? entries[^1].Index + 1 : (long?)null);
    });

    /// <summary>Heads of streams after a name, by name.</summary>
    /// <param name="stream">This one only.</param>
    /// <param name="broadcast">Those of a broadcast only.</param>
    /// <param name="after">Names behind this one; empty for all.</param>
    /// <param name="upTo">As the log is below this index.</param>
    /// <param name="limit">Most heads.</param>
    /// <param name="cancel">Ends the call.</param>
    public Task<IReadOnlyList<StreamHead>> HeadsAsync(string? stream, string? broadcast, string after, long upTo, int limit, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand();
        foreach (var value in (object[])[upTo, limit, after])
        {
            command.Parameters.Add(new() { Value = value });
        }

        command.CommandText = Filtered(s_heads, command, ("s.stream =", stream), ("s.broadcast =", broadcast));
        var heads = new List<StreamHead>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            heads.Add(new(rows.GetString(0), rows.GetInt64(1), rows.GetInt64(2), rows.IsDBNull(3) ? null : rows.GetString(3)));
        }

        return (IReadOnlyList<StreamHead>)heads;
    });

    // One text for each set of filters. With all of them in one ("$5 IS NULL OR …") a plan made for any values could not use the indexes.
    private static string Filtered(string sql, NpgsqlCommand command, params ReadOnlySpan<(string Condition, object? Value)> filters)
    {
        var conditions = "";
        foreach (var (condition, value) in filters)
        {
            if (value is not null)
            {
                command.Parameters.Add(new() { Value = value });
                conditions += $"AND {condition} ${command.Parameters.Count} ";
            }
        }

        return sql.Replace(FilterMark, conditions, StringComparison.Ordinal);
    }
}

/// <summary>An entry with what is needed to check it: the leaf is the hash of the entry, and the entry commits to payload and salt.</summary>
internal sealed record AuditedEntry(long Index, byte[] Entry, byte[] Payload, byte[] Salt, byte[] Leaf);

/// <summary>The last event of a stream.</summary>
/// <param name="Stream">Its name.</param>
/// <param name="Version">The last event's; there is one for each version from 0.</param>
/// <param name="Index">The last event's.</param>
/// <param name="Broadcast">The one all its events belong to, if there is one.</param>
internal sealed record StreamHead(string Stream, long Version, long Index, string? Broadcast);
