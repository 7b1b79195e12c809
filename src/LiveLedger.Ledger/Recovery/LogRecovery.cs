using System.Text;
using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Journal;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Refusals;
using LiveLedger.Ledger.Sequencing;
using LiveLedger.Transparency.Notes;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LiveLedger.Ledger.Recovery;

/// <summary>
/// What an operator does about a halted log, in the process that was asked: look, and roll the database forward from the journal. Nothing here
/// signs: the log opens again only by its own check, which compares what was promised with what is there.
/// </summary>
internal sealed partial class LogRecovery(LedgerDatabase database, LedgerState state, CheckpointStore store, Promises promises, EventStore events, InlineRebuild inline,
    LedgerOptions options, TimeProvider time, ILogger<LogRecovery> log, Action<RecoveryProgress>? reached = null) : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private static readonly Refusal s_notHalted = new(409, "log-not-halted", "the log has not halted: there is nothing to resolve");
    private static readonly Refusal s_running = new(409, "recovery-running", "a recovery is running here; GET /v1/ledger/recovery shows how far it is");
    private static readonly Refusal s_elsewhere = new(409, "recovery-elsewhere", "another process leads the log or recovers it; ask that one, or stop it");

    private static readonly Refusal s_unexamined = new(409, "recovery-unexamined", "the log was not examined since the server was started: POST /v1/ledger/recovery/examination first");
    private static readonly Refusal s_possible = new(409, "recovery-possible", "nothing is lost for good: roll the database forward");
    private static readonly Refusal s_succeeded = new(409, "log-succeeded", "this log has ended already; start the server again");
    private static readonly Refusal s_name = new(400, "successor-invalid", "a successor has a name of its own, with no spaces and no plus, and a reason of 1 to 1000 characters");

    private readonly CancellationTokenSource _ending = new();
    private int _running;

    /// <summary>True while an order is worked on.</summary>
    public bool IsRunning => Volatile.Read(ref _running) != 0;

    /// <summary>What it is doing now.</summary>
    public RecoveryProgress Progress
    {
        get;
        private set
        {
            field = value;
            reached?.Invoke(value);
        }
    } = new(RecoveryStage.Idle, 0, 0);

    /// <summary>What the last look found.</summary>
    public LogExamination? Found { get; private set; }

    /// <summary>Why the last order came to nothing; null if it did not.</summary>
    public Refusal? Failure { get; private set; }

    /// <summary>The work in progress, or that was last.</summary>
    public Task Work { get; private set; } = Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }

    /// <summary>Begins to look. Changes nothing.</summary>
    /// <exception cref="RefusedException">The log has not halted, or a recovery runs.</exception>
    public void BeginExamination() => Begin(async cancel =>
    {
        await using var connection = await database.Unpooled.OpenConnectionAsync(cancel);
        await ExamineAsync(connection, cancel);
    });

    /// <summary>Begins to roll the database forward, and opens the log.</summary>
    /// <param name="actor">Who has ordered it. In the server's log; the event says only that an operator did, because nobody could erase the name there.</param>
    /// <exception cref="RefusedException">The log has not halted, or a recovery runs.</exception>
    public void BeginRollForward(string actor) => Begin(cancel => RollForwardAsync(actor, cancel));

    /// <summary>Ends this log and names the one that takes its place when the server is started again. Looks once more: this is for ever.</summary>
    /// <param name="origin">The new log's name, which no log before it had.</param>
    /// <param name="reason">Why, for auditors: 1 to 1,000 characters.</param>
    /// <param name="by">Who has ordered it, for the server's log.</param>
    /// <param name="cancel">Ends the look.</param>
    /// <exception cref="RefusedException">The log has not halted, was not examined, can be rolled forward, or the name will not do.</exception>
    public async Task SucceedAsync(string origin, string reason, string by, CancellationToken cancel = default)
    {
        if (state.Halted is not { } halted)
        {
            throw new RefusedException(s_notHalted);
        }

        if (Found is null)
        {
            throw new RefusedException(s_unexamined);
        }

        if (!KeyName.IsValid(origin) || origin == options.Origin || origin == options.Succeeds?.Predecessor || reason.Length is 0 or > 1000)
        {
            throw new RefusedException(s_name);
        }

        if (Succession.Exists(options.CheckpointFile))
        {
            throw new RefusedException(s_succeeded);
        }

        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new RefusedException(s_running);
        }

        try
        {
            // Under the lock, so that no other process leads or rolls forward what is given up here.
            await using var connection = await database.Unpooled.OpenConnectionAsync(cancel);
            if (!await Sequencer.TryLeadAsync(connection, cancel))
            {
                throw new RefusedException(s_elsewhere);
            }

            End(await ExamineAsync(connection, cancel), origin, reason, halted.Split(':')[0]);
        }
        catch (Exception e) when (LedgerUnavailableException.IsAway(e))
        {
            throw LedgerUnavailableException.Away(e);
        }
        finally
        {
            Progress = new(RecoveryStage.Idle, 0, 0);
            Volatile.Write(ref _running, 0);
        }

        LogSucceeded(origin, by);
        state.Halt($"log-succeeded: the log {origin} takes this one's place when the server is started again");
    }

    private void End(LogExamination found, string origin, string reason, string halted)
    {
        if (found.CanRollForward)
        {
            throw new RefusedException(s_possible);
        }

        var last = found.Promises.Count > 0 ? Encoding.UTF8.GetString(found.Promises[^1].Promise.Note) : null;
        try
        {
            new Succession(origin, options.Origin, VerifierKey.Of(options.Origin, options.LogKey.PublicKey).ToString(), last, halted, reason, time.GetUtcNow())
                .Write(options.CheckpointFile);
        }
        catch (IOException) when (Succession.Exists(options.CheckpointFile))
        {
            throw new RefusedException(s_succeeded);
        }
    }

    private void Begin(Func<CancellationToken, Task> work)
    {
        if (state.Halted is null)
        {
            throw new RefusedException(s_notHalted);
        }

        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new RefusedException(s_running);
        }

        Failure = null;
        Work = Task.Run(async () =>
        {
            try
            {
                await work(_ending.Token);
            }
            catch (RefusedException e)
            {
                Failure = e.Refusal;
            }
            catch (Exception e) when (LedgerUnavailableException.IsAway(e))
            {
                Failure = LedgerUnavailableException.Away(e).Refusal;
            }
            catch (LogHaltedException e)
            {
                Failure = new(409, "recovery-impossible", e.Message);
            }
            catch (Exception e) when (!_ending.IsCancellationRequested)
            {
                LogFailed(e);
                Failure = new(500, "recovery-failed", e.Message);
            }
            finally
            {
                Progress = new(RecoveryStage.Idle, 0, 0);
                // Last: whoever sees it idle sees how it ended.
                Volatile.Write(ref _running, 0);
            }
        });
    }

    private async Task<LogExamination> ExamineAsync(NpgsqlConnection connection, CancellationToken cancel) => Found = await LogExamination.OfAsync(
        new(connection, options.Reached), Journal, await promises.CollectAsync(cancel), (done, all) => Progress = new(RecoveryStage.Examining, done, all), cancel);

    private async Task RollForwardAsync(string actor, CancellationToken cancel)
    {
        await using var connection = await database.Unpooled.OpenConnectionAsync(cancel);
        await LedgerDatabase.UpgradeAsync(connection, cancel);
        if (!await Sequencer.TryLeadAsync(connection, cancel))
        {
            throw new RefusedException(s_elsewhere);
        }

        var found = await ExamineAsync(connection, cancel);
        if (!found.CanRollForward)
        {
            throw new RefusedException(new(409, "recovery-impossible", RecoveryAdvice.Of(found)));
        }

        // From here on until the end a crash leaves the log halted (recovery-unfinished), whatever is back by then.
        var began = store.IsRecovering;
        store.BeginRecovery();
        await RestoreAsync(connection, found, cancel);
        if (began || found.Missing > 0)
        {
            // Those that follow the log by index find the events themselves.
            Progress = new(RecoveryStage.Projecting, 0, 0);
            await inline.RebuildAllAsync(cancel);
        }

        await AdoptAsync(new(connection, options.Reached), found, cancel);
        store.EndRecovery();

        // The lock goes with the session: from here on any process may lead that finds the log whole.
        await connection.CloseAsync();
        Progress = new(RecoveryStage.Opening, 0, 0);
        LogRolledForward(found.DatabaseSize, found.Size, actor);
        await OpenAsync(cancel);
        await events.AppendAsync(LogEvents.Stream, ExpectedVersion.Any, [LogEvents.RolledForward(found)], cancel);
    }

    private async Task RestoreAsync(NpgsqlConnection connection, LogExamination found, CancellationToken cancel)
    {
        if (found.Missing == 0)
        {
            return;
        }

        var restorer = new EventRestorer(connection);
        var next = found.DatabaseSize;
        foreach (var batch in Journal!.From(next).Select(e => e.Event).Chunk(EventRestorer.BatchSize))
        {
            await restorer.RestoreAsync(next, batch, cancel);
            next += (ulong)batch.Length;
            Progress = new(RecoveryStage.Restoring, next - found.DatabaseSize, found.Missing);
        }
    }

    // The file shall hold the largest tree that our key has signed, whoever has kept it.
    private async Task AdoptAsync(LogTables tables, LogExamination found, CancellationToken cancel)
    {
        SetAsideUnreadable();
        if (found.SignedUnknown)
        {
            await tables.MarkUnsignedAsync(cancel);
        }
        else if (found.Promises is [.., var (last, _)] && ReadStored() is var stored && !stored.AsSpan().SequenceEqual(last.Note))
        {
            if (found.Promises.FirstOrDefault(p => p.Promise.Source == "checkpoint").Promise is { } own && own.Head == last.Head)
            {
                return;
            }

            if (!store.TryReplace(stored, last.Note))
            {
                throw new RefusedException(s_elsewhere);
            }
        }
    }

    // Nobody can tell what it said; whoever wants to look finds it beside.
    private void SetAsideUnreadable()
    {
        try
        {
            if (store.Read() is { } note)
            {
                CheckpointSigner.Open(note, new NoteSigner(options.Origin, options.LogKey), options.Origin);
            }
        }
        catch (LogHaltedException)
        {
            store.SetAside(time.GetUtcNow());
        }
    }

    private byte[] ReadStored() => store.Read() ?? [];

    private async Task OpenAsync(CancellationToken cancel)
    {
        var (halts, began) = (state.Halts, time.GetTimestamp());
        state.Resolve();
        while (!state.IsOpen)
        {
            // A look that had begun before we were done found us at work; the keeper looks again.
            if ((state.Halts != halts && state.Halted?.StartsWith("recovery-unfinished", StringComparison.Ordinal) != true) || time.GetElapsedTime(began) > s_patience)
            {
                throw new RefusedException(new(409, "recovery-impossible", $"the log did not open: {state.Halted ?? "it is being checked still"}"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), time, cancel);
        }
    }

    private JournalReader? Journal => options.JournalFolder is { } folder ? new(folder) : null;

    [LoggerMessage(LogLevel.Warning, "the database was rolled forward from {from} to {to} events by {actor}")]
    private partial void LogRolledForward(ulong from, ulong to, string actor);

    [LoggerMessage(LogLevel.Warning, "this log has ended by order of {by}; {origin} takes its place at the next start")]
    private partial void LogSucceeded(string origin, string by);

    [LoggerMessage(LogLevel.Error, "the recovery failed")]
    private partial void LogFailed(Exception cause);
}
