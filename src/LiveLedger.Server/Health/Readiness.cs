using LiveLedger.Ledger;
using Npgsql;

namespace LiveLedger.Server.Health;

/// <summary>Asks the parts that a request cannot do without. Recovery needs no question: nothing is listened to before it is done.</summary>
internal sealed class Readiness(LedgerDatabase database, LedgerState ledger)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public async Task<ReadinessView> AskAsync(CancellationToken cancellation)
    {
        var reachable = await ReachableAsync(cancellation);
        var log = ledger.Halted is not null ? "halted" : ledger.IsOpen && database.IsChecked ? "open" : "opening";
        return new(reachable && log == "open" ? "ready" : "not-ready", reachable ? "reachable" : "away", log);
    }

    private async Task<bool> ReachableAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_patience);
        try
        {
            await using var command = database.Source.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(limit.Token);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
