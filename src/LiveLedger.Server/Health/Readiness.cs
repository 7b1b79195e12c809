using Npgsql;

namespace LiveLedger.Server.Health;

/// <summary>Asks the parts that a request cannot do without. Recovery needs no question: nothing is listened to before it is done.</summary>
internal sealed class Readiness(NpgsqlDataSource database)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    public async Task<ReadinessView> AskAsync(CancellationToken cancellation)
    {
        var reachable = await ReachableAsync(cancellation);
        return new(reachable ? "ready" : "not-ready", reachable ? "reachable" : "away", "open");
    }

    private async Task<bool> ReachableAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(s_patience);
        try
        {
            await using var command = database.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(limit.Token);
            return true;
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
