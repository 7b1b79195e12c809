using LiveLedger.ChainNodes;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Refusals;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LiveLedger.Anchoring.Transactions;

/// <summary>
/// Runs in every process: sends an account's transactions, or stands by to. Of all processes on one database one sends; when its session ends another takes over and
/// goes on from what the ledger says. Should two ever think they are that one, the stream's version still gives each nonce once.
/// </summary>
internal sealed partial class AccountSender : BackgroundService
{
    // Any number will do as long as it is nobody else's; the second half of the lock is the account's stream.
    private const int SenderLock = 0x4C4C_0006;

    private static readonly TimeSpan s_standBy = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromSeconds(1);

    private readonly LedgerDatabase _database;
    private readonly AccountBook _book;
    private readonly ChainNode _node;
    private readonly TransactionSigner? _signer;
    private readonly AccountOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<AccountSender> _log;
    private readonly Action<SendStep> _reached;

    public AccountSender(LedgerDatabase database, AccountBook book, ChainNode node, TransactionSigner? signer, AccountOptions options, TimeProvider time, ILogger<AccountSender> log)
        : this(database, book, node, signer, options, time, log, static _ => { })
    {
    }

    /// <summary>As above; <paramref name="reached"/> is told each step, and a fault test fails there.</summary>
    internal AccountSender(
        LedgerDatabase database, AccountBook book, ChainNode node, TransactionSigner? signer, AccountOptions options, TimeProvider time, ILogger<AccountSender> log,
        Action<SendStep> reached)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.FeeCeiling, AccountOptions.HighestCeiling, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNotEqual(book.Account, options.Account, nameof(options));
        (_database, _book, _node, _signer, _options, _time, _log, _reached) = (database, book, node, signer, options, time, log, reached);
    }

    /// <summary>True in the process that sends.</summary>
    public bool IsSending { get; private set; }

    /// <summary>What stands in the way now, in the process that sends; null for nothing.</summary>
    public Refusal? Problem { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var pause = s_firstPause;
            try
            {
                await RunAsync(stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is LedgerUnavailableException or NpgsqlException or IOException or TimeoutException)
            {
                LogAway(_book.Stream, e.Message);
            }
            catch (Exception e)
            {
                // It stands still, says so each time, and takes nobody along.
                LogFailed(_book.Stream, e);
                pause = _options.LongestPause;
            }
            finally
            {
                (IsSending, Problem) = (false, null);
            }

            await Task.Delay(pause, _time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunAsync(CancellationToken stop)
    {
        await using var session = await _database.Unpooled.OpenConnectionAsync(stop);
        while (!await TryLeadAsync(session, stop))
        {
            await Task.Delay(s_standBy, _time, stop);
        }

        IsSending = true;
        LogSends(_book.Stream);
        var run = new AccountRun(_book, _node, _signer, _options, _time, _log, _reached);
        for (var pause = s_firstPause; ;)
        {
            await StillLeadsAsync(session, stop);
            // Taken before looking, so that no order between the look and the wait is waited for.
            var ordered = _book.NextOrder();
            try
            {
                var busy = await run.StepAsync(stop);
                (Problem, pause) = (null, s_firstPause);
                using var woken = CancellationTokenSource.CreateLinkedTokenSource(stop);
                await Task.WhenAny(ordered, Task.Delay(busy ? _options.Look : _options.Listen, _time, woken.Token));
                await woken.CancelAsync();
                stop.ThrowIfCancellationRequested();
            }
            catch (Exception e) when (NodeRefusals.Of(e) is { } problem)
            {
                if (Problem?.Code != problem.Code)
                {
                    LogWaits(_book.Stream, problem.Code, problem.Detail);
                }

                Problem = problem;
                var wait = pause < _options.LongestPause ? pause : _options.LongestPause;
                await Task.Delay(wait, _time, stop);
                pause = wait * 2;
            }
        }
    }

    // It goes with the session, however that ends.
    private async Task<bool> TryLeadAsync(NpgsqlConnection session, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand($"SELECT pg_try_advisory_lock({SenderLock}, hashtext($1))", session) { Parameters = { new() { Value = _book.Stream.Value } } };
        return (bool)(await command.ExecuteScalarAsync(cancel))!;
    }

    private static async Task StillLeadsAsync(NpgsqlConnection session, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand("SELECT 1", session);
        await command.ExecuteScalarAsync(cancel);
    }

    [LoggerMessage(LogLevel.Information, "this process sends the transactions of {stream}")]
    private partial void LogSends(StreamName stream);

    [LoggerMessage(LogLevel.Warning, "the transactions of {stream} wait: {code}, {reason}")]
    private partial void LogWaits(StreamName stream, string code, string reason);

    [LoggerMessage(LogLevel.Warning, "the transactions of {stream} wait: {reason}")]
    private partial void LogAway(StreamName stream, string reason);

    [LoggerMessage(LogLevel.Error, "the transactions of {stream} stand still and are tried again")]
    private partial void LogFailed(StreamName stream, Exception cause);
}
