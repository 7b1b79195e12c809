using LiveLedger.Harness.Ledgers;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Sequencing;
using LiveLedger.Ledger.Witnesses;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Ledger.Tests;

public sealed class ResolvedHaltTests
{
    // The keeper says that the log has halted after it has looked and before it waits: whoever resolves just then is heard.
    [Fact]
    public async Task A_halt_that_is_resolved_before_the_keeper_waits_for_that_is_over()
    {
        var options = await TestLedger.NewOptionsAsync();
        await using (var before = await TestLedger.StartAsync(options))
        {
            await before.PublishAsync(1);
        }

        var note = await File.ReadAllBytesAsync(options.CheckpointFile);
        await File.WriteAllTextAsync(options.CheckpointFile, "not a checkpoint");
        await using var ledger = new KeptLedger(options, s =>
        {
            Assert.StartsWith("checkpoint-unreadable", s.Halted, StringComparison.Ordinal);
            File.WriteAllBytes(options.CheckpointFile, note);
            s.Resolve();
        });
        await ledger.StartAsync();

        // A keeper alone that has missed it waits for ever: nobody else leads.
        var until = DateTime.UtcNow.AddSeconds(20);
        while (!ledger.State.IsLeader)
        {
            Assert.True(DateTime.UtcNow < until, $"the log opens: {ledger.State.Halted}");
            await Task.Delay(10);
        }

        Assert.True(ledger.State.IsOpen);
        Assert.Equal(1UL, ledger.Log.Head().Size.Value);
        await LogAudit.CheckAsync(ledger.Log);
    }

    /// <summary>A keeper whose log of a halt tells the test, on the keeper's own thread.</summary>
    private sealed class KeptLedger : IAsyncDisposable
    {
        private readonly LedgerDatabase _database;
        private readonly WitnessedLog _witnessed;
        private readonly LogKeeper _keeper;

        public KeptLedger(LedgerOptions options, Action<LedgerState> halted)
        {
            var store = CheckpointStore.Signed(options);
            _database = new(options.ConnectionString);
            Log = new(_database, store, options);
            _witnessed = new(Log, store, options, new CapturedLog<WitnessedLog>());
            _keeper = new(_database, State, store, _witnessed, options, TimeProvider.System, new AtHalt(() => halted(State)));
        }

        public LedgerState State { get; } = new();

        public Reading.LogReader Log { get; }

        public Task StartAsync() => _keeper.StartAsync(default);

        public async ValueTask DisposeAsync()
        {
            await _keeper.StopAsync(default);
            _keeper.Dispose();
            _witnessed.Dispose();
            await _database.DisposeAsync();
        }
    }

    private sealed class AtHalt(Action halted) : ILogger<LogKeeper>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel level) => true;

        public void Log<TState>(LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (level == LogLevel.Critical)
            {
                halted();
            }
        }
    }
}
