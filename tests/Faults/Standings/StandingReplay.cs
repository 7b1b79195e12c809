using System.Diagnostics;
using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Projections;
using LiveLedger.Peering.Reputation;
using LiveLedger.Peering.Tests.Reputation;
using LiveLedger.Swarm.Reputation;

namespace LiveLedger.Faults.Standings;

/// <summary>A real log of broadcasts' swarms, and its standings counted anew: by several processes' runners at once, under clocks that are wrong, with their sessions killed.</summary>
internal sealed class StandingReplay : IAsyncDisposable
{
    private static readonly string[] s_tables = ["standings", "clocks", "keys", "forks"];

    private readonly RecordedAt _clock = new();
    private readonly List<SwarmLog> _logs = [];
    private TestLedger _ledger = null!;
    private int _appends;

    /// <summary>Events in the log.</summary>
    public int Events { get; private set; }

    public static async Task<StandingReplay> StartAsync()
    {
        var replay = new StandingReplay();
        replay._ledger = await TestLedger.StartAsync(await TestLedger.NewOptionsAsync(), replay._clock);
        return replay;
    }

    /// <summary>Appends what a swarm's log has, recorded at the times that it says.</summary>
    public async Task AppendAsync(SwarmLog log)
    {
        _logs.Add(log);
        // One time for each append: as many as there are in a second of it.
        for (var n = 0; n < log.Lines.Count;)
        {
            var events = log.Lines.Skip(n).TakeWhile(l => l.At == log.Lines[n].At).Take(EventStore.MaxEvents).ToList();
            _clock.Now = log.Lines[n].At;
            await _ledger.Events.AppendAsync(new($"swarm/{_appends++}"), ExpectedVersion.NoStream, [.. events.Select(static l => new NewEvent(Guid.CreateVersion7(), l.Type, 1, l.Payload, "system"))]);
            n += events.Count;
            Events += events.Count;
        }
    }

    /// <summary>Drops what was counted and counts the log from its first event.</summary>
    /// <param name="every">After how many events a state is kept.</param>
    /// <param name="processes">Runners, of which one counts at a time.</param>
    /// <param name="kills">How often the session of the one that counts is ended meanwhile.</param>
    /// <param name="random">When.</param>
    /// <returns>Digests of all rows.</returns>
    public async Task<IReadOnlyList<string>> CountAsync(int every, int processes, int kills, Random random)
    {
        var projection = new StandingProjection(_ledger.Events, every).Projection;
        var before = await PlaceAsync(projection);
        var runners = Enumerable.Range(0, processes).Select(n => new ProjectionRunner(
            _ledger.Database, _ledger.State, [new StandingProjection(_ledger.Events, every).Projection], new(), new WrongClock(new(random.Next())), new CapturedLog<ProjectionRunner>(), static _ => { })).ToList();
        try
        {
            if (before is not null)
            {
                await ProjectionTables.RequestRebuildAsync(_ledger.Database, StandingProjection.Name, default);
            }

            await Task.WhenAll(runners.Select(static r => r.StartAsync(default)));
            for (var watch = Stopwatch.StartNew(); await PlaceAsync(projection) is not { } place || place.Next < Events || place.Generation == before?.Generation;)
            {
                if (watch.Elapsed > TimeSpan.FromMinutes(10))
                {
                    throw new TimeoutException($"{Events} events are not counted: {await PlaceAsync(projection)}");
                }

                await Task.Delay(random.Next(20, 200));
                if (kills-- > 0)
                {
                    await _ledger.ExecuteAsync("""
                        SELECT count(pg_terminate_backend(pid)) FROM pg_locks
                        WHERE locktype = 'advisory' AND granted AND classid = x'4C4C0003'::int AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        """);
                }
            }
        }
        finally
        {
            await Task.WhenAll(runners.Select(static r => r.StopAsync(default)));
            runners.ForEach(static r => r.Dispose());
        }

        return await Task.WhenAll(s_tables.Select(t => TableBytes.OfAsync(_ledger.Database, $"{StandingProjection.Name}.{t}")));
    }

    /// <summary>True if each standing in the tables is the one that the formula alone comes to.</summary>
    public async Task<bool> IsWhatTheFormulaSaysAsync()
    {
        var book = new StandingBook(_ledger.Database);
        foreach (var log in _logs)
        {
            var counted = log.Count();
            var standings = await book.ListAsync(log.Broadcast, int.MaxValue, default);
            // Where an event is in the log is all that differs: here it stands behind others'.
            if (standings.Count == 0 || standings.Any(s => (s.Standing with { Index = 0 }) != (counted.Of(s.Peer) with { Index = 0 })))
            {
                return false;
            }
        }

        return true;
    }

    public async ValueTask DisposeAsync() => await _ledger.DisposeAsync();

    private async Task<ProjectionPlace?> PlaceAsync(AsyncProjection projection)
    {
        await using var connection = await _ledger.Database.Source.OpenConnectionAsync();
        return await new ProjectionTables(connection, projection).ReadAsync(default);
    }

    // What appends are recorded at.
    private sealed class RecordedAt : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    // Of a process whose wall clock says whatever it likes, and another thing each time.
    private sealed class WrongClock(Random random) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(random.NextInt64(0, 200_000_000_000));
    }
}
