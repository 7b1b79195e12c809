using LiveLedger.Ledger.Embedded;

namespace LiveLedger.Server.Settings;

/// <summary>
/// Starts the embedded database again when it has ended by itself: killed by somebody, or by the kernel for want of memory. Meanwhile the server
/// does what it does while any database is away.
/// </summary>
internal sealed partial class EmbeddedDatabaseKeeper(ServerDatabase database, ILogger<EmbeddedDatabaseKeeper> log) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (database.Embedded is { } embedded && !stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(s_look, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (await embedded.RestartIfEndedAsync(stoppingToken))
                {
                    Started();
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is EmbeddedPostgresException or IOException or UnauthorizedAccessException)
            {
                // A disk that is full today may have room in a second; processes of the one that ended may hold its memory a moment longer.
                Failed(e.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "the embedded PostgreSQL had ended by itself, and was started again")]
    private partial void Started();

    [LoggerMessage(LogLevel.Error, "the embedded PostgreSQL has ended by itself and does not start; trying again: {reason}")]
    private partial void Failed(string reason);
}
