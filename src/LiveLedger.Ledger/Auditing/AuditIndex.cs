using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Ledger.Auditing;

/// <summary>The projection that finds events by broadcast, stream, actor, type and time. It holds no payload: answers come from the log's own rows.</summary>
internal sealed class AuditIndex(AuditLinks links)
{
    /// <summary>The projection, and the schema of its tables.</summary>
    public const string Name = "ledger_index";

    /// <summary>Raise it when the tables change, or when <see cref="AuditLinks.BroadcastOf"/> says something else of old events.</summary>
    public const int Version = 1;

    /// <summary>Entries that share a row of earliest and latest time.</summary>
    public const int BlockLength = 1024;

    private static readonly string s_tables = Sql.Load("Auditing/index_tables.sql");
    private static readonly string s_entries = Sql.Load("Auditing/index_entries.sql");
    private static readonly string s_streams = Sql.Load("Auditing/index_streams.sql");
    private static readonly string s_blocks = Sql.Load("Auditing/index_blocks.sql");

    public AsyncProjection Projection => new() { Name = Name, Version = Version, Tables = s_tables, AsAppended = true, Apply = ApplyAsync };

    private async Task ApplyAsync(NpgsqlTransaction transaction, IReadOnlyList<LoggedEvent> events, CancellationToken cancel)
    {
        var rows = events.Select(e => new Row((long)e.Index.Value, e.Event, links.BroadcastOf(e.Event))).ToArray();
        await WriteAsync(transaction, s_entries, cancel,
            rows.Select(r => r.Index).ToArray(),
            rows.Select(r => r.Event.Stream.Value).ToArray(),
            rows.Select(r => r.Event.Version).ToArray(),
            rows.Select(r => r.Event.Type).ToArray(),
            rows.Select(r => r.Event.Actor).ToArray(),
            rows.Select(r => r.Event.RecordedAt.UtcDateTime).ToArray(),
            rows.Select(r => r.Event.Id).ToArray(),
            rows.Select(r => r.Broadcast).ToArray());

        // Rows of one statement cannot update one another, so the batch's own events of a stream are put together here.
        var streams = rows.GroupBy(r => r.Event.Stream).Select(g => (Last: g.Last(), Broadcast: g.All(r => r.Broadcast == g.First().Broadcast) ? g.First().Broadcast : null)).ToArray();
        await WriteAsync(transaction, s_streams, cancel,
            streams.Select(s => s.Last.Event.Stream.Value).ToArray(),
            streams.Select(s => s.Last.Event.Version).ToArray(),
            streams.Select(s => s.Last.Index).ToArray(),
            streams.Select(s => s.Broadcast).ToArray());

        var blocks = rows.GroupBy(r => r.Index / BlockLength).ToArray();
        await WriteAsync(transaction, s_blocks, cancel,
            blocks.Select(b => b.Key).ToArray(),
            blocks.Select(b => b.Min(r => r.Event.RecordedAt).UtcDateTime).ToArray(),
            blocks.Select(b => b.Max(r => r.Event.RecordedAt).UtcDateTime).ToArray());
    }

    private static async Task WriteAsync(NpgsqlTransaction transaction, string sql, CancellationToken cancel, params object[] columns)
    {
        await using var command = new NpgsqlCommand(sql, transaction.Connection, transaction);
        foreach (var column in columns)
        {
            command.Parameters.Add(new() { Value = column });
        }

        await command.ExecuteNonQueryAsync(cancel);
    }

    private readonly record struct Row(long Index, StoredEvent Event, string? Broadcast);
}
