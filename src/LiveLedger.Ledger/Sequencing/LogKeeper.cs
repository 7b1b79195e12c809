using System.Threading.Channels;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Witnesses;
using LiveLedger.Transparency.Notes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LiveLedger.Ledger.Sequencing;

/// <summary>
/// Runs in every process: checks the log against its last checkpoint, then leads (sequences and signs) or stands by to lead. Of all processes
/// on one database one leads; when its session ends another takes over within a second.
/// </summary>
internal sealed partial class LogKeeper(LedgerDatabase database, LedgerState state, CheckpointStore store, WitnessedLog witnessed, LedgerOptions options,
    TimeProvider time, ILogger<LogKeeper> log) : BackgroundService
{
    private const int VacuumAfter = 20_000;

    // If disk or signature are slower than the database the sequencer waits for them.
    private const int BatchesAhead = 128;

    private static readonly TimeSpan s_standBy = TimeSpan.FromMilliseconds(500);

    // No append for so long: the queue has most likely run empty, and neither batch nor checkpoint need wait for their time.
    private static readonly TimeSpan s_lull = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_haltedLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_idleLook = TimeSpan.FromMilliseconds(200);

    private readonly NoteSigner _signer = new(options.Origin, options.LogKey);

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        string? said = null;
        while (!stop.IsCancellationRequested)
        {
            // Before looking: what is resolved while we look must not be waited for afterwards.
            var resolved = state.NextResolved();
            try
            {
                await KeepAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (LogHaltedException e)
            {
                state.Halt(e.Message);
            }
            catch (LeadershipLostException)
            {
                LogLeadershipLost();
            }
            catch (Exception e) when (LedgerUnavailableException.IsAway(e))
            {
                LogAway(e.Message);
            }
            catch (Exception e)
            {
                // Not expected, and perhaps not to last: a session that was cut under a statement, a file of another owner. The log stands
                // still and says so each time, and events wait in pending. The server, and its streams, go on.
                LogFailed(e);
            }
            finally
            {
                state.IsLeader = false;
                state.ForJournal = null;
            }

            if (state.Halted is { } reason)
            {
                // Halt: appends are refused, nothing is sequenced or signed, what is published stays readable.
                if (said != reason)
                {
                    LogHalted(said = reason);
                }

                await UntilResolvedAsync(resolved, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            await Task.Delay(s_standBy, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // An operator resolves a halt in one process; the others see that one leads again, and check for themselves.
    private async Task UntilResolvedAsync(Task resolved, CancellationToken stop)
    {
        while (await Task.WhenAny(resolved, Task.Delay(s_haltedLook, time, stop)) != resolved)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                await using var connection = await database.Unpooled.OpenConnectionAsync(stop);
                if (!await Sequencer.TryLeadAsync(connection, stop))
                {
                    return;
                }
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException)
            {
                // The database is away; the log stays halted.
            }
        }
    }

    private async Task KeepAsync(CancellationToken stop)
    {
        await using var connection = await database.Unpooled.OpenConnectionAsync(stop);
        await LedgerDatabase.UpgradeAsync(connection, stop);
        await using var publishing = await database.Unpooled.OpenConnectionAsync(stop);

        var incarnation = await LedgerDatabase.IncarnationAsync(connection, stop);
        var leads = await Sequencer.TryLeadAsync(connection, stop);
        var signer = await WhileHeardAsync(connection, leads, async () =>
        {
            var opened = await CheckpointSigner.OpenAsync(new(publishing, options.Reached), store, Journal, _signer, options, stop);
            await witnessed.RequireExtendedAsync(stop);
            return opened;
        }, stop);
        database.Checked(incarnation);
        state.Resume();
        if (!leads && !await StandByAsync(connection, signer, stop))
        {
            return;
        }

        // Standing by, every checkpoint was compared as it came, over one session; a database that is restored ends sessions, and then the whole
        // log is read again.
        using var journal = await WhileHeardAsync(connection, true, async () =>
        {
            await signer.TakeUpAsync(stop);
            return await OpenJournalAsync(publishing, signer.TreeSize, stop);
        }, stop);
        state.Open(signer.TreeSize);
        state.IsLeader = true;
        LogLeads(signer.TreeSize);
        await LeadAsync(new Sequencer(connection, signer.TreeSize), signer, journal, seen: leads, stop);
    }

    // Until there is something to sequence, the session that holds the lock has nothing to say, and whoever stands by would take its silence for a
    // leader that is frozen (LeaderWatch). Preparing may take long: a whole log is read.
    private async Task<T> WhileHeardAsync<T>(NpgsqlConnection connection, bool leads, Func<Task<T>> prepare, CancellationToken stop)
    {
        using var prepared = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var heard = leads ? SpeakAsync(connection, prepared.Token) : Task.CompletedTask;
        try
        {
            return await prepare();
        }
        finally
        {
            await prepared.CancelAsync();
            await heard;
        }
    }

    private async Task SpeakAsync(NpgsqlConnection connection, CancellationToken enough)
    {
        try
        {
            while (!enough.IsCancellationRequested)
            {
                await Task.Delay(s_standBy, time, enough).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await using var command = new NpgsqlCommand("SELECT 1", connection);
                await command.ExecuteScalarAsync(CancellationToken.None);
            }
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException or IOException)
        {
            // The session is gone, and the lock with it: the first batch finds that out.
        }
    }

    private JournalReader? Journal => options.JournalFolder is { } folder ? new(folder) : null;

    private async Task<LogJournal?> OpenJournalAsync(NpgsqlConnection connection, ulong size, CancellationToken stop)
    {
        if (options.JournalFolder is not { } folder)
        {
            return null;
        }

        // A plan kept for any range would be one for half the log.
        await using (var plans = new NpgsqlCommand("SET plan_cache_mode = force_custom_plan", connection))
        {
            await plans.ExecuteNonQueryAsync(stop);
        }

        state.ForJournal = new();
        var journal = new LogJournal(connection, state.ForJournal, new(folder, Journal!.Tail()?.End ?? 0, options.Reached));
        await journal.CatchUpAsync(size, stop);
        return journal;
    }

    // True once it is our turn to lead; false if the log has halted.
    private async Task<bool> StandByAsync(NpgsqlConnection connection, CheckpointSigner signer, CancellationToken stop)
    {
        var leader = new LeaderWatch(connection, time);
        while (state.Halted is null)
        {
            state.Open(signer.SignedSize);
            state.Sequenced();
            await Task.Delay(s_standBy, time, stop);

            // A leader that halted stops answering for us, so we look ourselves.
            await signer.FollowAsync(stop);
            if (await leader.LookAsync(stop))
            {
                LogLeaderSilent(LeaderWatch.Patience.TotalSeconds);
            }

            if (await Sequencer.TryLeadAsync(connection, stop))
            {
                return true;
            }
        }

        return false;
    }

    // Both or neither: when one of the two ends the other is stopped, and the whole begins again or halts.
    private async Task LeadAsync(Sequencer sequencer, CheckpointSigner signer, LogJournal? journal, bool seen, CancellationToken stop)
    {
        // After a take-over: what the leader before us did last, witnesses may know better than the files.
        Func<CancellationToken, Task>? beforeFirst = seen ? null : witnessed.RequireExtendedAsync;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var batches = Channel.CreateBounded<SequencedBatch>(new BoundedChannelOptions(BatchesAhead) { SingleReader = true, SingleWriter = true });
        var publisher = new LogPublisher(signer, journal, batches.Reader, beforeFirst, options.CheckpointInterval, state, time);
        Task[] parts =
        [
            Task.Run(() => SequenceAsync(sequencer, batches.Writer, both.Token), CancellationToken.None),
            Task.Run(() => publisher.RunAsync(both.Token), CancellationToken.None),
        ];
        var first = await Task.WhenAny(parts);
        await both.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    private async Task SequenceAsync(Sequencer sequencer, ChannelWriter<SequencedBatch> batches, CancellationToken stop)
    {
        var busyAt = time.GetTimestamp();
        var batchAt = 0L;
        var sinceVacuum = 0;
        var taken = 0;
        while (state.Halted is null)
        {
            var busy = time.GetElapsedTime(busyAt) < TimeSpan.FromSeconds(5);
            var told = await state.WaitAppendedAsync(taken > 0 ? s_lull : busy ? s_look : s_idleLook, stop);
            if (told)
            {
                await GatherAsync(batchAt, stop);
            }

            // Meanwhile a witness may have shown a fork.
            if (state.Halted is not null)
            {
                return;
            }

            do
            {
                batchAt = time.GetTimestamp();
                options.Reached(LedgerStep.Sequencing);
                var batch = await sequencer.RunBatchAsync(stop);
                if (batch.Count > 0)
                {
                    options.Reached(LedgerStep.Sequenced);
                    busyAt = time.GetTimestamp();
                    state.Sequenced(batch);
                }

                if (batch.Count > 0 || taken > 0)
                {
                    await batches.WriteAsync(batch, stop);
                }

                taken = batch.Count;
                sinceVacuum += taken;
            }
            while (taken == Sequencer.BatchSize);

            var idle = time.GetElapsedTime(busyAt) > TimeSpan.FromSeconds(1);
            if (sinceVacuum > VacuumAfter || (idle && sinceVacuum > 0))
            {
                await sequencer.VacuumAsync(shrink: idle, stop);
                sinceVacuum = 0;
            }
        }
    }

    // Lets a batch become worth its cost, as long as more events come.
    private async Task GatherAsync(long batchAt, CancellationToken stop)
    {
        long seen;
        do
        {
            seen = state.Appends;
            var left = (state.IsAwaited ? options.BatchInterval : options.UnawaitedInterval) - time.GetElapsedTime(batchAt);
            if (left <= TimeSpan.Zero)
            {
                return;
            }

            await Task.Delay(left < s_lull ? left : s_lull, time, stop);
        }
        while (state.Appends != seen);
    }

    [LoggerMessage(LogLevel.Critical, "THE LOG HAS HALTED and signs nothing more: {reason}. `liveledger ledger status` explains it; see docs/operations/recovery.md")]
    private partial void LogHalted(string reason);

    [LoggerMessage(LogLevel.Information, "this process sequences and signs the log, which has {size} events")]
    private partial void LogLeads(ulong size);

    [LoggerMessage(LogLevel.Warning, "the process that leads has said nothing to the database for {seconds} s; its session is ended, and its lead with it")]
    private partial void LogLeaderSilent(double seconds);

    [LoggerMessage(LogLevel.Warning, "another process sequences and signs the log; standing by")]
    private partial void LogLeadershipLost();

    [LoggerMessage(LogLevel.Warning, "the log stands still and tries again: {reason}")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Error, "the log stands still by a fault that nobody expected, and tries again")]
    private partial void LogFailed(Exception cause);
}
