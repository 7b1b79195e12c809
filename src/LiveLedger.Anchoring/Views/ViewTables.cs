using LiveLedger.Anchoring.Sightings;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Anchoring.Views;

/// <summary>The platform's view of the chain as rows: what its sightings come to, without those that were taken back.</summary>
internal static class ViewTables
{
    private static readonly string s_add = Load("add_seen");
    private static readonly string s_takeBack = Load("take_back");
    private static readonly string s_read = Load("read_subjects");

    public static InlineTables Inline { get; } = new()
    {
        Name = "chain",
        Version = 1,
        Streams = SightingEvents.Prefix,
        Tables = Load("view_tables"),
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var own in events.GroupBy(static e => e.Stream))
            {
                await ApplyAsync(transaction, own.Key.Value[SightingEvents.Prefix.Length..], own, cancel);
            }
        },
    };

    internal static string Load(string name) => Sql.Load(typeof(ViewTables).Assembly, $"Views/{name}.sql");

    private static async Task ApplyAsync(NpgsqlTransaction transaction, string deployment, IEnumerable<StoredEvent> events, CancellationToken cancel)
    {
        var touched = new HashSet<string>(StringComparer.Ordinal);
        foreach (var stored in events)
        {
            if (stored.Type == SightingEvents.TakenBackType)
            {
                touched.UnionWith(await TakeBackAsync(transaction, deployment, SightingEvents.ReadTakenBack(stored.PayloadJson.Span).Undone, cancel));
            }
            else if (SightingEvents.Read(stored.Type, stored.PayloadJson.Span) is { } sighting)
            {
                await AddAsync(transaction, deployment, stored, sighting, cancel);
                touched.Add(sighting.Subject);
            }
        }

        if (touched.Count == 0)
        {
            return;
        }

        var standing = await ReadAsync(transaction, deployment, [.. touched], cancel);
        foreach (var subject in touched)
        {
            await using var row = ViewRow.Of(deployment, subject, standing.GetValueOrDefault(subject, []));
            (row.Connection, row.Transaction) = (transaction.Connection, transaction);
            await row.ExecuteNonQueryAsync(cancel);
        }
    }

    private static async Task AddAsync(NpgsqlTransaction transaction, string deployment, StoredEvent stored, Sighting sighting, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_add, transaction.Connection, transaction)
        {
            Parameters =
            {
                new() { Value = deployment }, new() { Value = stored.Version }, new() { Value = checked((long)sighting.At.Block) }, new() { Value = checked((int)sighting.At.Log) },
                new() { Value = sighting.Subject }, new() { Value = stored.Type }, new() { Value = stored.PayloadJson },
            },
        };
        await command.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<IReadOnlyList<string>> TakeBackAsync(NpgsqlTransaction transaction, string deployment, IReadOnlyList<long> undone, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_takeBack, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = deployment }, new() { Value = undone.ToArray() } },
        };
        var subjects = new List<string>();
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            subjects.Add(rows.GetString(0));
        }

        return subjects;
    }

    private static async Task<Dictionary<string, List<Sighting>>> ReadAsync(NpgsqlTransaction transaction, string deployment, string[] subjects, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_read, transaction.Connection, transaction)
        {
            Parameters = { new() { Value = deployment }, new() { Value = subjects } },
        };
        var found = new Dictionary<string, List<Sighting>>(StringComparer.Ordinal);
        await using var rows = await command.ExecuteReaderAsync(cancel);
        while (await rows.ReadAsync(cancel))
        {
            var sighting = SightingEvents.Read(rows.GetString(1), rows.GetFieldValue<byte[]>(2)) ?? throw new InvalidDataException($"{rows.GetString(0)} has a row that is no sighting");
            if (!found.TryGetValue(rows.GetString(0), out var list))
            {
                found[rows.GetString(0)] = list = [];
            }

            list.Add(sighting);
        }

        return found;
    }
}
