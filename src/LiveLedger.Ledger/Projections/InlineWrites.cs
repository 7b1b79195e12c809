using LiveLedger.Ledger.Schema;
using Npgsql;

namespace LiveLedger.Ledger.Projections;

/// <summary>Writes the rows of an append into the inline tables that follow its stream.</summary>
internal sealed class InlineWrites(IEnumerable<InlineTables> tables, Upcasters upcasters)
{
    private const string OtherVersion = "LL002";

    private static readonly string s_enter = Sql.Load("Projections/enter_inline.sql");

    private readonly InlineTables[] _tables = [.. tables.OrderBy(static t => t.Name, StringComparer.Ordinal)];

    /// <summary>True if some tables follow the stream.</summary>
    public bool Follow(StreamName stream) => _tables.Any(t => t.Follows(stream));

    /// <summary>Writes the rows, in the append's transaction.</summary>
    /// <exception cref="LedgerUnavailableException">The tables are of another version of the program; the transaction can only be rolled back.</exception>
    public async Task WriteAsync(NpgsqlTransaction transaction, StreamName stream, IReadOnlyList<StoredEvent> stored, CancellationToken cancel)
    {
        var events = stored.Select(upcasters.ToLatest).ToArray();
        foreach (var table in _tables.Where(t => t.Follows(stream)))
        {
            try
            {
                await using var enter = new NpgsqlCommand(s_enter, transaction.Connection, transaction)
                {
                    Parameters = { new() { Value = table.Name }, new() { Value = table.Version } },
                };
                await enter.ExecuteNonQueryAsync(cancel);
            }
            catch (PostgresException e) when (e.SqlState == OtherVersion)
            {
                throw LedgerUnavailableException.OtherVersion(table.Name, e);
            }

            await table.Apply(transaction, events, cancel);
        }
    }
}
