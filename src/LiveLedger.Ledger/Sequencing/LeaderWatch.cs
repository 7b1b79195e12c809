using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Ledger.Sequencing;

/// <summary>
/// Standing by: sees whether the leader's session still does something, and ends it if not. A leader that was killed loses its session and with it
/// the lock. One that was frozen, or cut off by a network that says nothing, keeps both for hours: PostgreSQL waits for a client that its
/// kernel, or nobody, answers for.
/// </summary>
internal sealed class LeaderWatch(NpgsqlConnection connection, TimeProvider time)
{
    /// <summary>So long a leader may be silent. It looks for work every 0.2 s, and rests for nothing but an fsync of the last checkpoint.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2.5);

    private static readonly string s_read = Sql.Load("Sequencing/read_leader.sql");
    private static readonly string s_end = Sql.Load("Sequencing/end_leader.sql");

    private (int Session, string Mark)? _seen;
    private long _since;

    /// <summary>Looks once. To be called several times a second.</summary>
    /// <returns>True if a silent leader's session was ended: its lock is free.</returns>
    public async Task<bool> LookAsync(CancellationToken cancel)
    {
        // How long is measured by our own clock that only goes forward: the database's may be set back, and the leader would seem busy.
        var seen = await ReadAsync(cancel);
        if (seen is not var (session, mark) || seen != _seen)
        {
            (_seen, _since) = (seen, time.GetTimestamp());
            return false;
        }

        return time.GetElapsedTime(_since) >= Patience && await EndAsync(session, mark, cancel);
    }

    private async Task<(int, string)?> ReadAsync(CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_read, connection) { Parameters = { new() { Value = Sequencer.LeaderLock } } };
        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel) && !row.IsDBNull(1) ? (row.GetInt32(0), row.GetString(1)) : null;
    }

    // Nothing is lost if it was only slow. Whatever it believes when it goes on, it finds its session gone; a batch it could still send finds the
    // head moved (sequence_pending.sql), and a checkpoint it had signed finds another in the place of the last (CheckpointStore).
    private async Task<bool> EndAsync(int session, string mark, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(s_end, connection) { Parameters = { new() { Value = session }, new() { Value = mark } } };
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }
}
