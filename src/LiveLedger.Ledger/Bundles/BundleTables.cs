using System.Runtime.CompilerServices;
using LiveLedger.Ledger.Schema;
using LiveLedger.Transparency.Bundles;
using LiveLedger.Transparency.Tree;
using Npgsql;

namespace LiveLedger.Ledger.Bundles;

/// <summary>Reads what goes into a bundle from the log and the audit index.</summary>
internal sealed class BundleTables(LedgerDatabase database)
{
    private const int StreamsPage = 10_000;
    private const int EntriesPage = 1000;
    private const long PageBytes = 4 * 1024 * 1024;

    private static readonly string s_count = Sql.Load("Bundles/count_bundle.sql");
    private static readonly string s_streams = Sql.Load("Bundles/read_bundle_streams.sql");
    private static readonly string s_entries = Sql.Load("Bundles/read_bundle_entries.sql");

    /// <summary>How many entries and streams a broadcast has, counted no further than one more than a bundle's most.</summary>
    public Task<(long Entries, long Streams)> CountAsync(string broadcast, TreeSize size, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = Command(s_count, broadcast, (long)size.Value, (long)BundleEntries.MaxEntries, (long)BundleContents.MaxStreams);
        await using var row = await command.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return (row.GetInt64(0), row.GetInt64(1));
    });

    /// <summary>The heads of its streams in the tree of this size, by name.</summary>
    public async IAsyncEnumerable<BundleStream> StreamsAsync(string broadcast, TreeSize size, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var after = ""; ;)
        {
            var page = await StreamsPageAsync(broadcast, size, after, cancel);
            foreach (var stream in page)
            {
                yield return stream;
            }

            if (page.Count < StreamsPage)
            {
                yield break;
            }

            after = page[^1].Name;
        }
    }

    /// <summary>The next entries with an index from <paramref name="first"/> on; none: there are no more.</summary>
    public Task<IReadOnlyList<BundledEntry>> PageAsync(string broadcast, ulong first, TreeSize size, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = Command(s_entries, broadcast, (long)first, (long)size.Value, EntriesPage, PageBytes);
        var page = new List<BundledEntry>(EntriesPage);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            page.Add(new((ulong)rows.GetInt64(0), rows.GetFieldValue<byte[]>(1), rows.GetFieldValue<byte[]>(2), rows.GetFieldValue<byte[]>(3)));
        }

        return (IReadOnlyList<BundledEntry>)page;
    });

    private Task<List<BundleStream>> StreamsPageAsync(string broadcast, TreeSize size, string after, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = Command(s_streams, broadcast, (long)size.Value, after, StreamsPage);
        var page = new List<BundleStream>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            page.Add(new(rows.GetString(0), (ulong)rows.GetInt64(1), new((ulong)rows.GetInt64(2))));
        }

        return page;
    });

    private NpgsqlCommand Command(string sql, params ReadOnlySpan<object> values)
    {
        var command = database.Source.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}

/// <summary>An entry for a bundle.</summary>
internal sealed record BundledEntry(ulong Index, byte[] Entry, byte[] Payload, byte[] Salt);
