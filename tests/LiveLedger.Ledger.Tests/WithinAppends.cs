using System.Collections.Concurrent;
using LiveLedger.Ledger.Projections;
using Npgsql;

namespace LiveLedger.Ledger.Tests;

/// <summary>Does things within the transactions of chosen appends to the streams <c>test/…</c>, by an inline projection.</summary>
internal sealed class WithinAppends
{
    private readonly ConcurrentDictionary<Guid, Func<NpgsqlTransaction, StoredEvent, Task>> _deeds = new();

    /// <summary>The projection; its table <c>within.other</c> is for whoever wants to write something.</summary>
    public InlineTables Inline => new()
    {
        Name = "within",
        Version = 1,
        Streams = "test/",
        Tables = "CREATE TABLE other (id uuid PRIMARY KEY, version bigint)",
        Apply = async (transaction, events, _) =>
        {
            foreach (var e in events)
            {
                if (_deeds.TryRemove(e.Id, out var deed))
                {
                    await deed(transaction, e);
                }
            }
        },
    };

    /// <summary>What to do in the transaction that appends this event.</summary>
    public void Do(Guid id, Func<NpgsqlTransaction, StoredEvent, Task> deed) => _deeds[id] = deed;

    /// <summary>Writes a row for the event.</summary>
    public static async Task WriteAsync(NpgsqlTransaction transaction, StoredEvent stored)
    {
        await using var insert = new NpgsqlCommand("INSERT INTO other VALUES ($1, $2)", transaction.Connection, transaction)
        {
            Parameters = { new() { Value = stored.Id }, new() { Value = stored.Version } },
        };
        await insert.ExecuteNonQueryAsync();
    }
}
