using LiveLedger.Ledger.Refusals;
using Npgsql;

namespace LiveLedger.Ledger;

/// <summary>
/// The ledger cannot take or give events now: the database is away, the log is being opened, or it has halted. Whether an append that ended
/// so was stored is unknown; appending the same event ids again is safe. The live path spools and comes back.
/// </summary>
public sealed class LedgerUnavailableException(Refusal refusal, Exception? inner = null) : RefusedException(refusal, inner)
{
    /// <summary>Code of a log that waits for a person.</summary>
    public const string HaltedCode = "ledger-halted";

    internal static LedgerUnavailableException Away(Exception? inner = null) => new(
        new(503, "ledger-unavailable", "the ledger's database cannot be reached; try again") { RetryAfter = TimeSpan.FromSeconds(2) }, inner);

    internal static LedgerUnavailableException Opening() => new(
        new(503, "ledger-unavailable", "the log is being checked against its last checkpoint; try again") { RetryAfter = TimeSpan.FromSeconds(2) });

    internal static LedgerUnavailableException OtherVersion(string name, Exception inner) => new(
        new(503, "ledger-unavailable", $"the tables of {name} are being made, or belong to another version of the program; try again") { RetryAfter = TimeSpan.FromSeconds(2) }, inner);

    internal static LedgerUnavailableException Halted(string reason) => new(
        new(503, HaltedCode, $"the log has halted and takes no events until an operator has looked: {reason}"));

    /// <summary>Reads, and names a database that is away.</summary>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (IsAway(e))
        {
            throw Away(e);
        }
    }

    /// <summary>True if the database was lost, is shutting down, or is out of disk, memory or connections: it may come back.</summary>
    internal static bool IsAway(Exception exception) => exception switch
    {
        // PostgreSQL appendix A: 08 connection, 53 resources (53100 disk full), 57P01-05 shutdown and crash, 58 system error;
        // 3D000 and 55000 a database that is being put back: not there for a moment, or closed; 25006 a standby that is not the primary yet;
        // 25P03 a transaction that we let stand too long, 57014 a statement that was ended, 40001 and 40P01 one that may be tried again.
        PostgresException postgres => postgres.SqlState is "3D000" or "55000" or "25006" or "25P03" or "57014" or "40001" or "40P01" or ['0', '8', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] or ['5', '8', ..],
        NpgsqlException => true,
        IOException or TimeoutException or System.Net.Sockets.SocketException => true,
        _ => false,
    };
}
