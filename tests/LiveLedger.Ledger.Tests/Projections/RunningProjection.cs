using System.Diagnostics;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Auditing;
using LiveLedger.Ledger.Projections;
using Npgsql;

namespace LiveLedger.Ledger.Tests.Projections;

/// <summary>One process's runner of a projection, the audit index unless another is named, over a ledger's database.</summary>
internal sealed class RunningProjection : IAsyncDisposable
{
    private readonly CapturedLog<ProjectionRunner> _lines = new();
    private readonly TestLedger _ledger;
    private readonly ProjectionRunner _runner;

    private readonly AsyncProjection _projection;

    private RunningProjection(TestLedger ledger, AsyncProjection projection, Action<ProjectionStep> reached) =>
        (_ledger, _projection, _runner) = (ledger, projection, new(ledger.Database, ledger.State, [projection], new(), TimeProvider.System, _lines, reached));

    /// <summary>Streams <c>show/{broadcast}/…</c> belong to a broadcast, others to none.</summary>
    public static AuditLinks Links { get; } = new()
    {
        BroadcastOf = e => e.Stream.Value.Split('/') is ["show", var broadcast, ..] ? broadcast : null,
        OwnerOf = (broadcast, _) => new(broadcast.StartsWith("of-", StringComparison.Ordinal) ? broadcast[3..] : null),
    };

    public static AsyncProjection AuditIndex { get; } = new AuditIndex(Links).Projection;

    public IEnumerable<string> Lines => _lines.Lines;

    /// <summary>True in the process that runs it.</summary>
    public bool Leads => Lines.Any(l => l.Contains("this process runs", StringComparison.Ordinal));

    public static async Task<RunningProjection> StartAsync(TestLedger ledger, AsyncProjection? projection = null, Action<ProjectionStep>? reached = null)
    {
        var running = new RunningProjection(ledger, projection ?? AuditIndex, reached ?? (static _ => { }));
        await running._runner.StartAsync(default);
        return running;
    }

    /// <summary>Waits until the live tables know so many events.</summary>
    public Task UntilAsync(long next) => UntilAsync(p => p.Next >= next, $"{_projection.Name} knows {next} events");

    /// <summary>Asks for a rebuild and waits until it is live.</summary>
    public async Task RebuildAsync()
    {
        var generation = (await PlaceAsync())!.Generation;
        Assert.True(await ProjectionTables.RequestRebuildAsync(_ledger.Database, _projection.Name, default));
        await UntilAsync(p => p.Generation == generation + 1, "the rebuilt tables are live");
    }

    public async Task UntilAsync(Func<ProjectionPlace, bool> condition, string claim)
    {
        var waiting = Stopwatch.StartNew();
        while (await PlaceAsync() is not { } place || !condition(place))
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromMinutes(5), $"not in time: {claim}; {await PlaceAsync()}: {string.Join('\n', Lines.TakeLast(3))}");
            await Task.Delay(10);
        }
    }

    public async Task<ProjectionPlace?> PlaceAsync()
    {
        await using var connection = await _ledger.Database.Source.OpenConnectionAsync();
        return await new ProjectionTables(connection, _projection).ReadAsync(default);
    }

    /// <summary>What PostgreSQL itself writes of all rows, as digests: equal only if every byte is.</summary>
    public async Task<(string Entries, string Streams, string Blocks)> RowsAsync() => (await BytesOfAsync("entries"), await BytesOfAsync("streams"), await BytesOfAsync("blocks"));

    /// <summary>Ends the runner's session, as a crash of its process would.</summary>
    public Task KillSessionAsync() => _ledger.ExecuteAsync("""
        SELECT count(pg_terminate_backend(pid)) FROM pg_locks
        WHERE locktype = 'advisory' AND granted AND classid = x'4C4C0003'::int AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """);

    public async ValueTask DisposeAsync()
    {
        await _runner.StopAsync(default);
        _runner.Dispose();
    }

    private Task<string> BytesOfAsync(string table) => TableBytes.OfAsync(_ledger.Database, "ledger_index." + table);
}
