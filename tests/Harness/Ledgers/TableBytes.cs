using System.Security.Cryptography;
using LiveLedger.Ledger;

namespace LiveLedger.Harness.Ledgers;

/// <summary>What PostgreSQL itself writes of all rows of a table, as a digest: equal only if every byte is.</summary>
public static class TableBytes
{
    /// <summary>The digest, over rows in the order of their first column, and of all of them where that is no key.</summary>
    public static async Task<string> OfAsync(LedgerDatabase database, string table)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var copy = await connection.BeginRawBinaryCopyAsync($"COPY (SELECT t.* FROM {table} AS t ORDER BY 1, t::text) TO STDOUT (FORMAT binary)");
        return Convert.ToHexString(await SHA256.HashDataAsync(copy));
    }
}
