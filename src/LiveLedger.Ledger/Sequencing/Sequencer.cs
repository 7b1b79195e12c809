using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Ledger.Sequencing;

/// <summary>Gives committed events their indexes, one statement for each batch, over the session that holds the leader's lock.</summary>
internal sealed class Sequencer(NpgsqlConnection connection, ulong size)
{
    /// <summary>Most events of one batch: bounds the statement's memory and the time until waiters get their indexes.</summary>
    public const int BatchSize = 8192;

    // Any number will do as long as it is nobody else's in this database.
    internal const long LeaderLock = 0x4C4C_0002;

    /// <summary>The head is not where the caller left it (001_ledger.sql).</summary>
    public const string StaleHead = "LL001";

    private static readonly string s_sequence = Sql.Load("Sequencing/sequence_pending.sql");

    /// <summary>Events with an index.</summary>
    public ulong Size { get; private set; } = size;

    /// <summary>Takes the leader's lock for this session if nobody holds it. It goes with the session, however that ends.</summary>
    public static async Task<bool> TryLeadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({LeaderLock})", connection);
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    /// <summary>Sequences one batch.</summary>
    /// <returns>The events sequenced; <see cref="BatchSize"/> of them if there may be more.</returns>
    /// <exception cref="LeadershipLostException">The head is not where this sequencer left it.</exception>
    public async Task<SequencedBatch> RunBatchAsync(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_sequence, connection)
        {
            Parameters = { new() { Value = (long)Size }, new() { Value = BatchSize } },
        };
        try
        {
            await using var row = await command.ExecuteReaderAsync(cancel);
            await row.ReadAsync(cancel);
            var batch = new SequencedBatch(Size, row.IsDBNull(1) ? [] : row.GetFieldValue<long[]>(1), row.IsDBNull(2) ? [] : row.GetFieldValue<byte[][]>(2));
            Size = (ulong)row.GetInt64(0);
            return batch;
        }
        catch (PostgresException e) when (e.SqlState is StaleHead or PostgresErrorCodes.UniqueViolation)
        {
            throw new LeadershipLostException();
        }
    }

    /// <summary>Gives back the room of sequenced rows. Autovacuum looks once a minute, and by then a busy queue is mostly dead rows.</summary>
    /// <param name="shrink">Also gives the file's tail back to the disk, for which appends wait a moment: when there are none.</param>
    /// <param name="cancel">Ends the call.</param>
    public async Task VacuumAsync(bool shrink, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"VACUUM (TRUNCATE {(shrink ? "true" : "false")}, SKIP_LOCKED) ledger.pending", connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
