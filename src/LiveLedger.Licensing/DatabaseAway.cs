using LiveLedger.Ledger;
using Npgsql;

namespace LiveLedger.Licensing;

/// <summary>Reads of this stage's own tables, when the database is not there.</summary>
internal static class DatabaseAway
{
    /// <summary>Reads, and names a database that is away.</summary>
    /// <exception cref="LedgerUnavailableException">It is.</exception>
    public static async Task<T> GuardAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is NpgsqlException and (not PostgresException or { IsTransient: true }) or TimeoutException or IOException)
        {
            throw new LedgerUnavailableException(
                new(503, "ledger-unavailable", "The ledger's database cannot be reached; ask again.") { RetryAfter = TimeSpan.FromSeconds(2) }, e);
        }
    }
}
