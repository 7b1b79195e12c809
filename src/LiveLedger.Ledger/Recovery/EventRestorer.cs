using LiveLedger.Cryptography;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Schema;
using LiveLedger.Transparency.Entries;
using LiveLedger.Transparency.Tree;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Ledger.Recovery;

/// <summary>Puts journaled events back into the database, at the indexes they had.</summary>
internal sealed class EventRestorer(NpgsqlConnection connection)
{
    /// <summary>Most events of one transaction.</summary>
    public const int BatchSize = 500;

    private static readonly string s_restore = Sql.Load("Recovery/restore_events.sql");

    /// <summary>Writes events that follow the database's last leaf. All of them or none; run again it goes on where the head is.</summary>
    /// <exception cref="RefusedException">The database holds other events in their places.</exception>
    public async Task RestoreAsync(ulong first, IReadOnlyList<JournaledEvent> events, CancellationToken cancel)
    {
        var entries = events.Select((e, i) => LedgerEntry.TryParse(e.Entry.Span, out var entry)
            ? entry
            : throw new InvalidDataException($"the journal's event {first + (ulong)i} cannot be read")).ToArray();
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var command = new NpgsqlCommand(s_restore, connection, transaction)
        {
            Parameters =
            {
                new() { Value = (long)first },
                new() { Value = entries.Select(e => e.EventId).ToArray() },
                new() { Value = entries.Select(e => e.Stream).ToArray() },
                new() { Value = entries.Select(e => (long)e.StreamVersion).ToArray() },
                new() { Value = events.Select(e => e.Entry).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new() { Value = events.Select(e => e.Payload).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new() { Value = events.Select(e => e.Salt).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
                new() { Value = events.Select(e => LeafHash.Of(e.Entry.Span).Value.ToArray()).ToArray() },
            },
        };
        try
        {
            if (await command.ExecuteScalarAsync(cancel) is not long size || size != (long)first + events.Count)
            {
                throw Conflict("its head moved");
            }
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UniqueViolation or Sequencing.Sequencer.StaleHead)
        {
            throw Conflict(e.ConstraintName ?? e.MessageText);
        }

        // A crash before this leaves the head where it was, after it behind these events; both are places to go on from.
        await transaction.CommitAsync(cancel);
    }

    private static RefusedException Conflict(string what) => new(new(409, "recovery-conflict",
        $"the database took other events in the place of journaled ones after it was restored ({what}); restore the backup again with the server stopped, and roll forward then"));
}
