using LiveLedger.Ledger.Schema;
using Npgsql;
using NpgsqlTypes;

namespace LiveLedger.Ledger;

/// <summary>
/// The statements of an append. One event in its place, which nearly all appends are, is one plain statement: calling the procedure for it
/// costs a third more, because each statement inside it starts an executor of its own.
/// </summary>
internal sealed class EventAppend(string next, string first, string any)
{
    /// <summary>As the ledger runs them.</summary>
    public static readonly EventAppend Logged = new(Sql.Load("Events/append_next.sql"), Sql.Load("Events/append_first.sql"), Sql.Load("Events/append.sql"));

    /// <summary>Appends, in one round trip unless the append is refused. The session may be in a transaction.</summary>
    public async Task<AppendResult> RunAsync(NpgsqlConnection connection, NpgsqlTransaction? within, StreamName stream, long expected, EventEncoding encoding, CancellationToken cancel)
    {
        if (encoding.Ids.Length == 1)
        {
            await using var one = One(stream, expected, encoding);
            (one.Connection, one.Transaction) = (connection, within);
            if (await one.ExecuteScalarAsync(cancel) is long position)
            {
                return new(AppendOutcome.Appended, expected + 1) { Positions = [position], RecordedAt = encoding.Time };
            }
        }

        await using var command = Any(stream, expected, encoding);
        (command.Connection, command.Transaction) = (connection, within);
        await using var row = await command.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        var outcome = (AppendOutcome)row.GetInt32(0);
        return new(outcome, row.GetInt64(1))
        {
            Positions = row.IsDBNull(2) ? [] : row.GetFieldValue<long[]>(2),
            RecordedAt = outcome == AppendOutcome.Appended ? encoding.Time : null,
        };
    }

    private NpgsqlCommand One(StreamName stream, long expected, EventEncoding encoding)
    {
        var command = new NpgsqlCommand(expected < 0 ? first : next);
        command.Parameters.Add(new() { Value = stream.Value, NpgsqlDbType = NpgsqlDbType.Text });
        if (expected >= 0)
        {
            command.Parameters.Add(new() { Value = expected, NpgsqlDbType = NpgsqlDbType.Bigint });
        }

        command.Parameters.Add(new() { Value = encoding.Ids[0], NpgsqlDbType = NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = encoding.Entries[0], NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = encoding.Payloads[0], NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = encoding.Salts[0], NpgsqlDbType = NpgsqlDbType.Bytea });
        command.Parameters.Add(new() { Value = encoding.Hashes[0], NpgsqlDbType = NpgsqlDbType.Bytea });
        return command;
    }

    private NpgsqlCommand Any(StreamName stream, long expected, EventEncoding encoding) => new(any)
    {
        Parameters =
        {
            new() { Value = stream.Value, NpgsqlDbType = NpgsqlDbType.Text },
            new() { Value = expected, NpgsqlDbType = NpgsqlDbType.Bigint },
            new() { Value = encoding.Ids, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
            new() { Value = encoding.Entries, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            new() { Value = encoding.Payloads, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            new() { Value = encoding.Salts, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
            new() { Value = encoding.Hashes, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea },
        },
    };
}
