using LiveLedger.Ledger;
using Npgsql;

namespace LiveLedger.Anchoring.Effects;

/// <summary>
/// Whose turn it is to settle something the chain has said: one at a time over all processes, from reading what the chain says to having done it. Else whoever read first
/// and wrote last would leave what was.
/// </summary>
internal sealed class SettlingTurns(LedgerDatabase database) : IDisposable
{
    // Any number will do as long as it is nobody else's; the second half of the lock is what is settled.
    private const int SettlingLock = 0x4C4C_0008;

    // Each has a session of its own: a server has a few, and whoever comes with wallets must not take all that the database has.
    private const int MaxSessions = 4;

    private readonly SemaphoreSlim _sessions = new(MaxSessions);

    /// <summary>Waits for the turn; it is over when what is answered is disposed, or the session is lost. Two things that share a lock wait for one another, and no more.</summary>
    /// <param name="subject">What is to be settled.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <exception cref="LedgerUnavailableException">The database is away, or somebody's turn takes too long; come again.</exception>
    public async Task<IAsyncDisposable> TakeAsync(string subject, CancellationToken cancel)
    {
        await _sessions.WaitAsync(cancel);
        var turn = new Turn(_sessions);
        try
        {
            return await LedgerUnavailableException.GuardAsync(async () =>
            {
                turn.Session = await database.Unpooled.OpenConnectionAsync(cancel);
                await using var command = new NpgsqlCommand($"SELECT pg_advisory_lock({SettlingLock}, hashtext($1))", turn.Session) { Parameters = { new() { Value = subject } } };
                await command.ExecuteNonQueryAsync(cancel);
                return turn;
            });
        }
        catch
        {
            await turn.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sessions.Dispose();

    // The lock goes with the session.
    private sealed class Turn(SemaphoreSlim sessions) : IAsyncDisposable
    {
        public NpgsqlConnection? Session { get; set; }

        public async ValueTask DisposeAsync()
        {
            if (Session is not null)
            {
                await Session.DisposeAsync();
            }

            sessions.Release();
        }
    }
}
