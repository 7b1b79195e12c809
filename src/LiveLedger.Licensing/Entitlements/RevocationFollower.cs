using LiveLedger.Ledger;
using LiveLedger.Transparency.Tree;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Licensing.Entitlements;

/// <summary>
/// Runs in every process: hears from the log of every revocation, whichever process took it, so that what plays here is renewed no more. The
/// log rather than a message bus, because a bus that was cut off for a moment would leave a playback open for good: this goes on from where it was.
/// </summary>
internal sealed partial class RevocationFollower(EventStore ledger, EntitlementBook book, TimeProvider time, ILogger<RevocationFollower> logger) : BackgroundService
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private LedgerIndex _next;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first playback is opened here: what was revoked until now is in the tables, what is revoked from now on comes behind this.
        _next = await ledger.ReadEndAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var logged in ledger.FollowAsync(EntitlementEvents.Prefix, _next, stoppingToken))
                {
                    if (logged.Event.Type == EntitlementEvents.RevokedType && EntitlementEvents.TryReadStream(logged.Event.Stream, out var id))
                    {
                        book.Revoked(id, logged.Event.RecordedAt);
                    }

                    _next = new(logged.Index.Value + 1);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (LedgerUnavailableException e)
            {
                // While the database is away nothing is revoked anywhere either.
                Away(logger, e.Message);
            }
            catch (Exception e)
            {
                Failed(logger, e);
            }

            await Task.Delay(s_pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "revocations of other processes are not heard of: {Reason}")]
    private static partial void Away(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "revocations of other processes are not heard of")]
    private static partial void Failed(ILogger logger, Exception exception);
}
