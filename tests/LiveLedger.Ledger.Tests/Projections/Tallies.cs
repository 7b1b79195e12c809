using System.Text.Json;
using LiveLedger.Ledger.Projections;
using Npgsql;

namespace LiveLedger.Ledger.Tests.Projections;

/// <summary>An inline projection of the streams <c>tally/…</c>: how many numbers came and what they add up to.</summary>
internal static class Tallies
{
    public static InlineTables Inline { get; } = new()
    {
        Name = "tallies",
        Version = 1,
        Streams = "tally/",
        Tables = "CREATE TABLE tallies (stream text COLLATE \"C\" PRIMARY KEY, version bigint NOT NULL, sum bigint NOT NULL, last timestamptz NOT NULL)",
        Apply = static async (transaction, events, cancel) =>
        {
            foreach (var stream in events.GroupBy(static e => e.Stream))
            {
                // The versions must follow: events that come twice or too early change no row and fail here.
                Assert.Equal(Enumerable.Range(0, stream.Count()).Select(n => stream.First().Version + n), stream.Select(static e => e.Version));
                await using var command = new NpgsqlCommand(stream.First().Version == 0
                    ? "INSERT INTO tallies VALUES ($1, $2, $3, $4)"
                    : "UPDATE tallies SET version = $2, sum = sum + $3, last = $4 WHERE stream = $1 AND version = $5", transaction.Connection, transaction)
                {
                    Parameters =
                    {
                        new() { Value = stream.Key.Value }, new() { Value = stream.Last().Version }, new() { Value = stream.Sum(Number) }, new() { Value = stream.Last().RecordedAt },
                    },
                };
                if (stream.First().Version > 0)
                {
                    command.Parameters.Add(new() { Value = stream.First().Version - 1 });
                }

                Assert.Equal(1, await command.ExecuteNonQueryAsync(cancel));
            }
        },
    };

    public static long Number(StoredEvent e)
    {
        using var payload = JsonDocument.Parse(e.PayloadJson);
        return payload.RootElement.GetProperty("number").GetInt64();
    }
}
