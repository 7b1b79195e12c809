using LiveLedger.Ledger;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>Orders attempts of deliveries that are due, over the message bus. Runs in every process; a delivery is one process's at a time.</summary>
internal sealed partial class WebhookPump(WebhookOutbox outbox, LicensingLinks links, TimeProvider time, ILogger<WebhookPump> logger) : BackgroundService
{
    private const int Most = 64;

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    // Where one was due others may be, and a shop that answers fast should have them fast.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(50);

    // How long the bus may take for an order. A broker that is away lets one wait for ever.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_forget = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        long? forgot = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = s_look;
            try
            {
                wait = await OrderAsync(stoppingToken) switch
                {
                    0 => s_look,
                    Most => TimeSpan.Zero,
                    _ => s_lookAgain,
                };
                if (forgot is not { } before || time.GetElapsedTime(before) > s_forget)
                {
                    await outbox.ForgetAsync(stoppingToken);
                    forgot = time.GetTimestamp();
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is OrderRefusedException or LedgerUnavailableException or NpgsqlException or TimeoutException or IOException)
            {
                Away(logger, e.Message);
            }
            catch (Exception e)
            {
                Failed(logger, e);
            }

            await Task.Delay(wait, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<int> OrderAsync(CancellationToken cancel)
    {
        var claimed = await outbox.ClaimAsync(Most, cancel);
        for (var n = 0; n < claimed.Count; n++)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(s_patience);
            try
            {
                // Lost on the way to its consumer it is due again in two minutes.
                await links.DeliverWebhook(claimed[n].Webhook.Value, claimed[n].Message, claimed[n].Turn, patience.Token);
            }
            catch (Exception e)
            {
                // Whoever starts after us, or a bus that is there again, need not wait for those two minutes.
                await outbox.ReleaseAsync([.. claimed.Skip(n)], CancellationToken.None);
                throw cancel.IsCancellationRequested ? new OperationCanceledException(cancel) : new OrderRefusedException(e);
            }
        }

        return claimed.Count;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "webhooks wait: {Reason}")]
    private static partial void Away(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "webhooks wait")]
    private static partial void Failed(ILogger logger, Exception exception);

    private sealed class OrderRefusedException(Exception cause) : Exception($"the message bus takes no orders: {cause.Message}", cause);
}
