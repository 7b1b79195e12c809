using System.Reflection;
using Npgsql;

namespace LiveLedger.Ledger.Schema;

/// <summary>
/// Brings a database up to the schema this build needs. Numbered files run once each, in order, in one transaction under an advisory lock, so
/// that many servers may start at once. Other rooms bring their own files under their own name.
/// </summary>
public static class SchemaUpgrade
{
    // Any number will do as long as it is nobody else's.
    private const long Lock = 0x4C4C_0001;

    /// <summary>Applies what is missing of the embedded files <c>{folder}/NNN_*.sql</c> of <paramref name="assembly"/>.</summary>
    /// <param name="connection">An open connection without a transaction.</param>
    /// <param name="room">Stable name under which the applied files are remembered, e.g. <c>ledger</c>.</param>
    /// <param name="assembly">Where the files are embedded.</param>
    /// <param name="folder">The files' folder, e.g. <c>Schema</c>.</param>
    /// <param name="cancel">Ends the wait.</param>
    public static async Task ApplyAsync(NpgsqlConnection connection, string room, Assembly assembly, string folder, CancellationToken cancel)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await ExecuteAsync($"SELECT pg_advisory_xact_lock({Lock})");
        await ExecuteAsync("CREATE TABLE IF NOT EXISTS public.liveledger_schema (room text, file text, PRIMARY KEY (room, file))");
        var done = new HashSet<string>();
        await using (var read = new NpgsqlCommand("SELECT file FROM public.liveledger_schema WHERE room = $1", connection, transaction)
        { Parameters = { new() { Value = room } } })
        await using (var rows = await read.ExecuteReaderAsync(cancel))
        {
            while (await rows.ReadAsync(cancel))
            {
                done.Add(rows.GetString(0));
            }
        }

        var prefix = folder + "/";
        var files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && char.IsAsciiDigit(name[prefix.Length]))
            .Order(StringComparer.Ordinal);
        foreach (var file in files.Where(file => !done.Contains(file)))
        {
            await ExecuteAsync(Sql.Load(assembly, file));
            await using var remember = new NpgsqlCommand("INSERT INTO public.liveledger_schema VALUES ($1, $2)", connection, transaction)
            {
                Parameters = { new() { Value = room }, new() { Value = file } },
            };
            await remember.ExecuteNonQueryAsync(cancel);
        }

        await transaction.CommitAsync(cancel);

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection, transaction);
            await command.ExecuteNonQueryAsync(cancel);
        }
    }
}
