using System.Diagnostics;
using LiveLedger.Cryptography.Ed25519;
using LiveLedger.Harness.Postgres;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Reading;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Ledger.Sequencing;
using LiveLedger.Ledger.Witnesses;

namespace LiveLedger.Harness.Ledgers;

/// <summary>One process's ledger: a store and a keeper, over a database and a checkpoint file that several may share.</summary>
public sealed class TestLedger : IAsyncDisposable
{
    private readonly CapturedLog<LogKeeper> _lines = new();
    private readonly CapturedLog<WitnessAsker> _witnessLines = new();
    private readonly LogKeeper _keeper;
    private readonly CapturedLog<WitnessedLog> _witnessedLines = new();
    private readonly CapturedLog<LogRecovery> _recoveryLines = new();
    private readonly WitnessedLog _witnessed;
    private readonly WitnessAsker _asker;

    private TestLedger(LedgerOptions options, CheckpointStore store, InlineTables[] inline, Upcasters? upcasters, Action<RecoveryProgress>? recovery, TimeProvider? clock)
    {
        Options = options;
        Database = new(options.ConnectionString);
        Events = new(Database, State, clock ?? TimeProvider.System, inline, upcasters, options);
        Inline = new(Database, inline, upcasters ?? new(), TimeProvider.System);
        Log = new(Database, store, options);
        _witnessed = new(Log, store, options, _witnessedLines);
        Recovery = new(Database, State, store, new(store, _witnessed, options), Events, Inline, options, TimeProvider.System, _recoveryLines, recovery);
        _keeper = new(Database, State, store, _witnessed, options, TimeProvider.System, _lines);
        _asker = new(Log, store, _witnessed, State, options, TimeProvider.System, _witnessLines);
    }

    /// <summary>What it was made of; give it to another to have two on one log.</summary>
    public LedgerOptions Options { get; }

    /// <summary>Its pool.</summary>
    public LedgerDatabase Database { get; }

    /// <summary>Open, halted, leading.</summary>
    public LedgerState State { get; } = new();

    /// <summary>What it has logged.</summary>
    public IEnumerable<string> Lines => _lines.Lines;

    /// <summary>What it has logged about witnesses.</summary>
    public IEnumerable<string> WitnessLines => _witnessLines.Lines;

    /// <summary>The store.</summary>
    public EventStore Events { get; }

    /// <summary>Makes and rebuilds its inline tables.</summary>
    public InlineRebuild Inline { get; }

    /// <summary>The published log.</summary>
    public LogReader Log { get; }

    /// <summary>What an operator has for a halted log.</summary>
    internal LogRecovery Recovery { get; }

    /// <summary>Options of a new log in a new database of the shared cluster.</summary>
    public static async Task<LedgerOptions> NewOptionsAsync()
    {
        var cluster = await PostgresCluster.SharedAsync();
        return OptionsFor(await cluster.CreateDatabaseAsync(), cluster.NewFolder());
    }

    /// <summary>Options of a new log in this database, its checkpoint in this folder.</summary>
    public static LedgerOptions OptionsFor(string connectionString, string folder) => new()
    {
        ConnectionString = connectionString,
        Origin = "test.example/log",
        LogKey = Ed25519PrivateKey.Generate(),
        CheckpointFile = Path.Combine(folder, "checkpoint"),
        JournalFolder = Path.Combine(folder, "journal"),
    };

    /// <summary>A running ledger on a new log.</summary>
    public static async Task<TestLedger> StartAsync() => await StartAsync(await NewOptionsAsync());

    /// <summary>A running ledger on the log of these options; returns when it is open or has halted.</summary>
    public static Task<TestLedger> StartAsync(LedgerOptions options) => StartAsync(options, CheckpointStore.Signed(options));

    /// <summary>As above, with tables that appends write too, and readers that see today's schema.</summary>
    public static Task<TestLedger> StartAsync(LedgerOptions options, InlineTables[] inline, Upcasters? upcasters = null) =>
        StartAsync(options, CheckpointStore.Signed(options), inline, upcasters);

    /// <summary>As above, with a clock of its own for what is recorded.</summary>
    public static Task<TestLedger> StartAsync(LedgerOptions options, TimeProvider clock) => StartAsync(options, CheckpointStore.Signed(options), [], null, null, clock);

    /// <summary>As above, over a checkpoint store with faults.</summary>
    internal static Task<TestLedger> StartAsync(LedgerOptions options, CheckpointStore store) => StartAsync(options, store, [], null);

    /// <summary>As above, with a recovery that fails.</summary>
    internal static Task<TestLedger> StartAsync(LedgerOptions options, InlineTables[] inline, Action<RecoveryProgress> recovery) =>
        StartAsync(options, new(options.CheckpointFile), inline, null, recovery);

    private static async Task<TestLedger> StartAsync(LedgerOptions options, CheckpointStore store, InlineTables[] inline, Upcasters? upcasters,
        Action<RecoveryProgress>? recovery = null, TimeProvider? clock = null)
    {
        var ledger = new TestLedger(options, store, inline, upcasters, recovery, clock);
        if (inline.Length > 0)
        {
            await ledger.Database.UpgradeAsync();
            await ledger.Inline.PrepareAsync();
        }

        await ledger._keeper.StartAsync(default);
        await ledger._asker.StartAsync(default);
        await ledger.UntilAsync(() => ledger.State.IsOpen || ledger.State.Halted is not null, "the ledger opens or halts");
        return ledger;
    }

    /// <summary>Waits until the checkpoint covers so many events.</summary>
    public Task UntilPublishedAsync(int size) =>
        UntilAsync(() => Log.Head().Size.Value >= (ulong)size || State.Halted is not null, $"the checkpoint covers {size} events");

    /// <summary>Waits for a condition, not for ever.</summary>
    public async Task UntilAsync(Func<bool> condition, string claim)
    {
        var waiting = Stopwatch.StartNew();
        while (!condition())
        {
            if (waiting.Elapsed > TimeSpan.FromSeconds(20))
            {
                throw new TimeoutException($"not in time: {claim} (checkpoint {Log.Head().Size}, open {State.IsOpen}, halted {State.Halted}): {string.Join('\n', _lines.Lines.TakeLast(3))}");
            }

            await Task.Delay(10);
        }
    }

    /// <summary>Runs SQL behind the ledger's back.</summary>
    public async Task<object?> ExecuteAsync(string sql)
    {
        await using var command = Database.Source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Sequencing and signing stop where they are; the store goes on.</summary>
    public Task StopKeepingAsync() => _keeper.StopAsync(default);

    /// <summary>Ends the process's part.</summary>
    public async ValueTask DisposeAsync()
    {
        Recovery.Dispose();
        await Recovery.Work;
        await _asker.StopAsync(default);
        await StopKeepingAsync();
        _asker.Dispose();
        _keeper.Dispose();
        _witnessed.Dispose();
        await Database.DisposeAsync();
    }
}
