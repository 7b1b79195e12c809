using LiveLedger.Harness.Ledgers;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Tests.Projections;
using LiveLedger.Transparency.Entries;

namespace LiveLedger.Ledger.Tests.Recovery;

/// <summary>A log whose database was put back to an older day, and what is done to it.</summary>
internal static class RestoredLog
{
    /// <summary>A log of so many events, a backup of it, more events; then the backup is the database, beside files that remember all.</summary>
    public static async Task<(LedgerOptions Options, IReadOnlyList<LedgerEntry> Entries, long Rows)> MakeAsync(int first, int more)
    {
        var cluster = await PostgresCluster.SharedAsync();
        var options = await TestLedger.NewOptionsAsync();
        await using (var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]))
        {
            await ledger.AppendTalliesAsync(first);
            await ledger.UntilPublishedAsync(first);
        }

        var backup = await cluster.CopyDatabaseAsync(options.ConnectionString);
        await using (var ledger = await TestLedger.StartAsync(options, [Tallies.Inline]))
        {
            await ledger.AppendTalliesAsync(more);
            await ledger.UntilPublishedAsync(first + more);
            return (options with { ConnectionString = backup }, (await LogAudit.CheckAsync(ledger.Log)).Entries,
                Convert.ToInt64(await ledger.ExecuteAsync($"SELECT sum(version + 1) FROM tallies.tallies"), null));
        }
    }

    public static async Task RollForwardAsync(this TestLedger ledger)
    {
        ledger.Recovery.BeginRollForward("a test");
        await ledger.Recovery.Work;
        Assert.Null(ledger.Recovery.Failure);
    }

    public static async Task AppendTalliesAsync(this TestLedger ledger, int count)
    {
        for (var done = 0; done < count; done += 100)
        {
            await ledger.Events.AppendAsync(new($"tally/{done / 100 % 3}"), ExpectedVersion.Any, [.. Enumerable.Range(0, Math.Min(100, count - done)).Select(TestEvents.New)]);
        }
    }

    /// <summary>The file ends before the event of this index.</summary>
    public static async Task CutAsync(this JournalFile file, ulong index)
    {
        if (index > file.First)
        {
            var length = 16 + file.Read().Take((int)(index - file.First)).Sum(e => (long)JournalFrame.HeaderLength + e.BodyLength);
            await using var open = new FileStream(file.Path, FileMode.Open);
            open.SetLength(Math.Min(length, open.Length));
        }
        else
        {
            File.Delete(file.Path);
        }
    }
}
