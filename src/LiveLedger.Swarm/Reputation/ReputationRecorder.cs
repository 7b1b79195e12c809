using LiveLedger.Ledger;
using LiveLedger.Media;
using LiveLedger.Peering.Receipts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LiveLedger.Swarm.Reputation;

/// <summary>Writes into the log what the counting has found: each fork once, and at its first start the formula that counts. Any process may; a stream's first event is one, whoever brings it.</summary>
internal sealed partial class ReputationRecorder(EventStore ledger, LedgerDatabase database, TimeProvider time, ILogger<ReputationRecorder> logger) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);
    private static readonly string s_forks = StandingProjection.Load("list_forks.sql");

    private bool _isAdopted;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RunOnceAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (LedgerUnavailableException)
            {
                // Nothing is lost: what was found stays in the table until its event has come back.
            }
            catch (Exception e)
            {
                Failed(logger, e);
            }

            await Task.Delay(s_look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task RunOnceAsync(CancellationToken cancel)
    {
        if (!_isAdopted)
        {
            // Whoever comes second finds it there.
            await ledger.AppendAsync(ReputationWriting.FormulaStream, ExpectedVersion.NoStream, [ReputationWriting.Adopted(time)], cancel);
            _isAdopted = true;
        }

        foreach (var (broadcast, fork) in await ForksAsync(cancel))
        {
            await ledger.AppendAsync(ReputationWriting.StreamOf(broadcast, fork), ExpectedVersion.NoStream, [ReputationWriting.Forked(time, broadcast, fork)], cancel);
        }
    }

    private Task<List<(BroadcastId Broadcast, ReceiptFork Fork)>> ForksAsync(CancellationToken cancel) => LedgerUnavailableException.GuardAsync(async () =>
    {
        var found = new List<(BroadcastId, ReceiptFork)>();
        try
        {
            await using var command = database.Source.CreateCommand(s_forks);
            await using var row = await command.ExecuteReaderAsync(cancel);
            while (await row.ReadAsync(cancel))
            {
                if (SignedReceipt.TryRead(row.GetFieldValue<byte[]>(1), out var first) && SignedReceipt.TryRead(row.GetFieldValue<byte[]>(2), out var second)
                    && ReceiptFork.Between(first, second) is { } fork)
                {
                    found.Add((new(row.GetGuid(0)), fork));
                }
            }
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            // The projection has not begun yet.
        }

        return found;
    });

    [LoggerMessage(Level = LogLevel.Error, Message = "what the counting of standings has found cannot be logged")]
    private static partial void Failed(ILogger logger, Exception e);
}
