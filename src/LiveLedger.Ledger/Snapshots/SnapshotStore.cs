using LiveLedger.Ledger.Schema;

namespace LiveLedger.Ledger.Snapshots;

/// <summary>
/// Folds streams from kept states and the events behind them. A kept state saves reading and decides nothing: it is used only if it is of the
/// same fold and version, undamaged, and made of the very event that stands at its place now; else the events are read from the first. An
/// append still says which version it expects.
/// </summary>
public sealed class SnapshotStore(LedgerDatabase database, EventStore events)
{
    /// <summary>Most bytes of a kept state; a longer one is not kept.</summary>
    public const int MaxStateLength = 1024 * 1024;

    private static readonly string s_read = Sql.Load("Snapshots/read_snapshot.sql");
    private static readonly string s_keep = Sql.Load("Snapshots/keep_snapshot.sql");

    /// <summary>Folds a stream as far as it goes now, and keeps the state if much was read for it.</summary>
    /// <exception cref="LedgerUnavailableException">The database is away.</exception>
    public async Task<FoldedStream<T>> LoadAsync<T>(StreamName stream, StreamFold<T> fold, CancellationToken cancel = default)
    {
        var (state, version) = await FindAsync(stream, fold, cancel) is var (covers, bytes) ? (fold.Read(bytes), covers) : (fold.Empty(), -1L);
        var read = 0L;
        await foreach (var stored in events.ReadStreamAsync(stream, version + 1, cancel))
        {
            (state, version, read) = (fold.Apply(state, stored), stored.Version, read + 1);
        }

        if (read >= fold.Every && fold.Write(state) is { Length: <= MaxStateLength } written)
        {
            await KeepAsync(stream, fold, version, written, cancel);
        }

        return new(state, version, read);
    }

    private Task<(long Covers, byte[] State)?> FindAsync<T>(StreamName stream, StreamFold<T> fold, CancellationToken cancel) => LedgerUnavailableException.GuardAsync<(long, byte[])?>(async () =>
    {
        await using var command = database.Source.CreateCommand(s_read);
        foreach (var value in (object[])[stream.Value, fold.Name, fold.Version])
        {
            command.Parameters.Add(new() { Value = value });
        }

        await using var row = await command.ExecuteReaderAsync(cancel);
        return await row.ReadAsync(cancel) ? (row.GetInt64(0), row.GetFieldValue<byte[]>(1)) : null;
    });

    private Task KeepAsync<T>(StreamName stream, StreamFold<T> fold, long covers, byte[] state, CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand(s_keep);
        foreach (var value in (object[])[stream.Value, fold.Name, fold.Version, covers, state])
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteNonQueryAsync(cancel);
    });
}
