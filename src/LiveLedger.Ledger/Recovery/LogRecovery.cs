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
    private static readonly TimeSpan s_leadPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(50);

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
            throw new RefusedException(RecoveryRefusals.NotHalted);
        }

        if (Found is null)
        {
            throw new RefusedException(RecoveryRefusals.Unexamined);
        }

        if (!KeyName.IsValid(origin) || origin == options.Origin || origin == options.Succeeds?.Predecessor || reason.Length is 0 or > 1000)
        {
            throw new RefusedException(RecoveryRefusals.InvalidName);
        }

        if (Succession.Exists(options.CheckpointFile))
        {
            throw new RefusedException(RecoveryRefusals.Succeeded);
        }

        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new RefusedException(RecoveryRefusals.Running);
        }

        try
        {
            // Under the lock, so that no other process leads or rolls forward what is given up here.
            await using var connection = await database.Unpooled.OpenConnectionAsync(cancel);
            await LeadAsync(connection, cancel);

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
            throw new RefusedException(RecoveryRefusals.Possible);
        }

        var last = found.Promises.Count > 0 ? Encoding.UTF8.GetString(found.Promises[^1].Promise.Note) : null;
        try
        {
            new Succession(origin, options.Origin, VerifierKey.Of(options.Origin, options.LogKey.PublicKey).ToString(), last, halted, reason, time.GetUtcNow())
                .Write(options.CheckpointFile);
        }
        catch (IOException) when (Succession.Exists(options.CheckpointFile))
        {
            throw new RefusedException(RecoveryRefusals.Succeeded);
        }
    }

    private void Begin(Func<CancellationToken, Task> work)
    {
        if (state.Halted is null)
        {
            throw new RefusedException(RecoveryRefusals.NotHalted);
        }

        if (Interlocked.Exchange(ref _running, 1) != 0)
        {
            throw new RefusedException(RecoveryRefusals.Running);
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
                Failure = RecoveryRefusals.Impossible(e.Message);
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

    // Patiently: who looks whether the log is led, as the keeper of a halted one does again and again, has the lock for that moment, and PostgreSQL lets go of a session's a little after its end.
    private async Task LeadAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        for (var began = time.GetTimestamp(); !await Sequencer.TryLeadAsync(connection, cancel); await Task.Delay(s_lookAgain, time, cancel))
        {
            if (time.GetElapsedTime(began) > s_leadPatience)
            {
                throw new RefusedException(RecoveryRefusals.Elsewhere);
            }
        }
    }

    private async Task RollForwardAsync(string actor, CancellationToken cancel)
    {
        await using var connection = await database.Unpooled.OpenConnectionAsync(cancel);
        await LedgerDatabase.UpgradeAsync(connection, cancel);
        await LeadAsync(connection, cancel);

        var found = await ExamineAsync(connection, cancel);
        if (!found.CanRollForward)
        {
            throw new RefusedException(RecoveryRefusals.Impossible(RecoveryAdvice.Of(found)));
        }

        await new RollForward(connection, found, store, inline, options, time, p => Progress = p).RunAsync(cancel);

        // The lock goes with the session: from here on any process may lead that finds the log whole.
        await connection.CloseAsync();
        Progress = new(RecoveryStage.Opening, 0, 0);
        LogRolledForward(found.DatabaseSize, found.Size, actor);
        await OpenAsync(cancel);
        await events.AppendAsync(LogEvents.Stream, ExpectedVersion.Any, [LogEvents.RolledForward(found)], cancel);
    }

    private async Task OpenAsync(CancellationToken cancel)
    {
        var (halts, began) = (state.Halts, time.GetTimestamp());
        state.Resolve();
        while (!state.IsOpen)
        {
            // A look that had begun before we were done found us at work; the keeper looks again.
            if ((state.Halts != halts && state.Halted?.StartsWith("recovery-unfinished", StringComparison.Ordinal) != true) || time.GetElapsedTime(began) > s_patience)
            {
                throw new RefusedException(RecoveryRefusals.Impossible($"the log did not open: {state.Halted ?? "it is being checked still"}"));
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
