using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Projections;
using Npgsql;

namespace LiveLedger.Ledger.Tests.Projections;

public sealed class ProjectionTests
{
    [Fact]
    public async Task The_audit_index_says_of_every_entry_what_the_entry_says()
    {
        await using var ledger = await TestLedger.StartAsync();
        await using var index = await RunningProjection.StartAsync(ledger);
        await AppendAsync(ledger, 40);
        await index.UntilAsync(40);

        await ledger.UntilPublishedAsync(40);
        var entries = (await LogAudit.CheckAsync(ledger.Log)).Entries;
        var rows = await ReadAsync(ledger, "SELECT index, stream, version, type, actor, recorded, event, broadcast FROM ledger_index.entries ORDER BY index");
        Assert.Equal(entries.Select((e, i) => new object?[]
        {
            (long)i, e.Stream, (long)e.StreamVersion, e.Type, e.Actor, e.RecordedAt.UtcDateTime, e.EventId, e.Stream.Split('/') is ["show", var b, ..] ? b : null,
        }), rows);

        var heads = await ReadAsync(ledger, "SELECT stream, version, index FROM ledger_index.streams ORDER BY stream");
        Assert.Equal(entries.Select((e, i) => (e, i)).GroupBy(x => x.e.Stream).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new object?[] { g.Key, (long)g.Last().e.StreamVersion, (long)g.Last().i }), heads);
    }

    [Theory]
    [InlineData(nameof(ProjectionStep.Added))]
    [InlineData(nameof(ProjectionStep.Written))]
    [InlineData(nameof(ProjectionStep.Committed))]
    [InlineData(nameof(ProjectionStep.RebuildBegun))]
    [InlineData(nameof(ProjectionStep.RebuildWritten))]
    [InlineData(nameof(ProjectionStep.RebuildCommitted))]
    [InlineData(nameof(ProjectionStep.CaughtUp))]
    [InlineData(nameof(ProjectionStep.Swapped))]
    public async Task A_runner_that_fails_at_a_step_goes_on_to_the_same_rows(string name)
    {
        var step = Enum.Parse<ProjectionStep>(name);
        await using var ledger = await TestLedger.StartAsync();
        var failed = 0;
        await AppendAsync(ledger, 30);
        await using var index = await RunningProjection.StartAsync(ledger, reached: at =>
        {
            if (at == step && Interlocked.Exchange(ref failed, 1) == 0)
            {
                throw new IOException("the process ends here");
            }
        });
        await index.UntilAsync(30);
        var live = await index.RowsAsync();
        await index.RebuildAsync();

        // The swap is seen in the database before its runner is told that it has done it.
        await ledger.UntilAsync(() => Volatile.Read(ref failed) == 1, $"the runner fails at {name}");
        Assert.Equal(live, await index.RowsAsync());
        Assert.Equal(30L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger_index.entries"));
        await ledger.UntilPublishedAsync(30);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task A_runner_whose_session_is_killed_again_and_again_repeats_and_misses_nothing()
    {
        await using var ledger = await TestLedger.StartAsync();
        await using var index = await RunningProjection.StartAsync(ledger);
        await AppendAsync(ledger, 1);
        await index.UntilAsync(1);
        for (var round = 0; round < 8; round++)
        {
            var append = AppendAsync(ledger, 200);
            await index.KillSessionAsync();
            await append;
        }

        await index.UntilAsync(1601);
        Assert.Contains(index.Lines, l => l.Contains("tries again", StringComparison.Ordinal));
        Assert.Equal(1601L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger_index.entries"));
        var live = await index.RowsAsync();
        await index.RebuildAsync();
        Assert.Equal(live, await index.RowsAsync());
        await ledger.UntilPublishedAsync(1601);
        await LogAudit.CheckAsync(ledger.Log);
    }

    [Fact]
    public async Task Of_two_processes_one_runs_a_projection_and_the_other_takes_over()
    {
        await using var one = await TestLedger.StartAsync();
        await using var two = await TestLedger.StartAsync(one.Options);
        var first = await RunningProjection.StartAsync(one);
        await AppendAsync(one, 10);
        await first.UntilAsync(10);
        await using var second = await RunningProjection.StartAsync(two);
        await Task.Delay(700);
        Assert.False(second.Leads);

        await first.DisposeAsync();
        var from = System.Diagnostics.Stopwatch.GetTimestamp();
        await AppendAsync(two, 10);
        await second.UntilAsync(20);

        Assert.True(second.Leads);
        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(from) < TimeSpan.FromSeconds(5), "taken over within 5 s");
        await two.UntilPublishedAsync(20);
        await LogAudit.CheckAsync(two.Log);
    }

    [Fact]
    public async Task A_runner_that_has_lost_its_place_writes_nothing()
    {
        await using var ledger = await TestLedger.StartAsync();
        await AppendAsync(ledger, 10);
        await using (var index = await RunningProjection.StartAsync(ledger))
        {
            await index.UntilAsync(10);
        }

        await AppendAsync(ledger, 10);
        await using var connection = await ledger.Database.Source.OpenConnectionAsync();
        var tables = new ProjectionTables(connection, RunningProjection.AuditIndex);
        var place = (await tables.ReadAsync(default))!;
        var batch = await tables.ReadBatchAsync(10, default);
        foreach (var stale in (ProjectionPlace[])[place with { Next = 9 }, place with { Generation = 2 }])
        {
            await Assert.ThrowsAsync<ProjectionMovedException>(() => tables.ApplyAsync(stale, false, batch, static () => { }, default));
        }

        Assert.Equal(10L, await ledger.ExecuteAsync("SELECT count(*) FROM ledger_index.entries"));
        await ledger.UntilPublishedAsync(20);
        await LogAudit.CheckAsync(ledger.Log);
    }

    internal static async Task AppendAsync(TestLedger ledger, int count)
    {
        // Streams of two broadcasts and of none, in turn, so that batches cut through all of them.
        string[] streams = ["show/of-acme/a", "show/of-rival/a", "test/none", "show/of-acme/b"];
        for (var done = 0; done < count;)
        {
            var events = Enumerable.Range(done, Math.Min(7, count - done)).Select(n => TestEvents.New(n) with { Type = n % 3 == 0 ? "thing-began" : "thing-ended", Actor = n % 2 == 0 ? "system" : "broadcaster" }).ToArray();
            await ledger.Events.AppendAsync(new(streams[done / 7 % streams.Length]), ExpectedVersion.Any, events);
            done += events.Length;
        }
    }

    private static async Task<List<object?[]>> ReadAsync(TestLedger ledger, string sql)
    {
        await using var command = ledger.Database.Source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var read = new List<object?[]>();
        while (await rows.ReadAsync())
        {
            read.Add([.. Enumerable.Range(0, rows.FieldCount).Select(c => rows.IsDBNull(c) ? null : rows.GetValue(c))]);
        }

        return read;
    }
}
