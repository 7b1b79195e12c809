using System.Diagnostics;
using System.Globalization;
using LiveLedger.Harness.Server;
using Npgsql;

namespace LiveLedger.Benchmarks;

/// <summary>What load generator, server and PostgreSQL with all its sessions have spent on all cores: where a request's time goes when the three share a machine.</summary>
internal readonly record struct ProcessorTimes(TimeSpan Generator, TimeSpan Server, TimeSpan Postgres)
{
    private const double TicksPerSecond = 100; // USER_HZ, in which /proc counts on every Linux we know

    public static ProcessorTimes operator -(ProcessorTimes later, ProcessorTimes earlier) =>
        new(later.Generator - earlier.Generator, later.Server - earlier.Server, later.Postgres - earlier.Postgres);

    public static ProcessorTimes operator /(ProcessorTimes times, double count) => new(times.Generator / count, times.Server / count, times.Postgres / count);

    public static ProcessorTimes Now(ServerProcess server, int postmaster)
    {
        using var self = Process.GetCurrentProcess();
        return new(self.TotalProcessorTime, server.ProcessorTime, PostgresOf(postmaster));
    }

    /// <summary>The process that is parent of all sessions of a database.</summary>
    public static async Task<int> PostmasterAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var session = source.CreateCommand("SELECT pg_backend_pid()");
        return (int)Fields((int)(await session.ExecuteScalarAsync())!)![1];
    }

    private static TimeSpan PostgresOf(int postmaster)
    {
        var ticks = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Fields(id) is { } fields)
            {
                // proc_pid_stat(5): utime and stime are fields 14 and 15, those of children that have ended 16 and 17.
                ticks += id == postmaster ? fields[11] + fields[12] + fields[13] + fields[14] : fields[1] == postmaster ? fields[11] + fields[12] : 0;
            }
        }

        return TimeSpan.FromSeconds(ticks / TicksPerSecond);
    }

    // From field 3 on, which is a letter and left out: the second may have spaces and ends with the last bracket.
    private static long[]? Fields(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            return [.. stat[(stat.LastIndexOf(')') + 2)..].Split(' ').Take(15).Select(static f => long.TryParse(f, CultureInfo.InvariantCulture, out var n) ? n : 0)];
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }
    }
}
