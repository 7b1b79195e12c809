using LiveLedger.Cryptography.Wrapping;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Licensing.Webhooks;

/// <summary>Makes a delivery: signs it, sends it, notes what became of it, and when to try again.</summary>
internal sealed partial class WebhookDelivery(WebhookOutbox outbox, WebhookBook book, WebhookSecrets secrets, WebhookPost post, TimeProvider time, ILogger<WebhookDelivery> logger)
{
    // From seconds, for a shop that restarts, to hours, for one that is down over night: three days in all. Then a person has to look.
    private static readonly TimeSpan[] s_backOff =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30), TimeSpan.FromHours(1),
        TimeSpan.FromHours(3), TimeSpan.FromHours(6), TimeSpan.FromHours(12), TimeSpan.FromHours(24), TimeSpan.FromHours(24),
    ];

    /// <summary>Attempts in all.</summary>
    public static int MaxAttempts => s_backOff.Length + 1;

    /// <summary>How long after a failed attempt the next one is made; null after the last.</summary>
    public static TimeSpan? After(int attempts) => attempts <= s_backOff.Length ? s_backOff[attempts - 1] : null;

    /// <summary>Makes the attempt that was ordered. Nothing happens if it has been made, or another one was ordered since.</summary>
    public async Task TryAsync(DeliveryTurn ordered, CancellationToken cancel)
    {
        if (await outbox.BeginAsync(ordered, cancel) is not { } pending)
        {
            return;
        }

        // From here on a crash leaves the message sent or not: nobody touches it for two minutes, and then it is sent again.
        if (await book.ReadAsync(ordered.Webhook, cancel) is not { } webhook)
        {
            if (await book.IsRemovedAsync(ordered.Webhook, cancel))
            {
                await outbox.DropAsync(ordered.Webhook, cancel);
            }

            return;
        }

        var name = $"msg_{ordered.Message:N}";
        // The time is the attempt's, so that a shop may refuse what is old; the id stays, so that it knows what it has.
        var seconds = time.GetUtcNow().ToUnixTimeSeconds();
        var (status, failure) = await SendAsync(webhook, name, seconds, pending.Body, cancel);
        var again = failure is null ? null : time.GetUtcNow() + After(pending.Attempts + 1);
        await outbox.NoteAsync(pending.Attempt, status, failure, again, cancel);
        if (failure is not null && again is null)
        {
            GivenUp(logger, ordered.Webhook, ordered.Message, MaxAttempts);
        }
    }

    private async Task<(int? Status, string? Failure)> SendAsync(Webhook webhook, string name, long seconds, byte[] body, CancellationToken cancel)
    {
        try
        {
            return await post.SendAsync(secrets.OpenUrl(webhook), name, seconds, secrets.Sign(webhook, name, seconds, body), body, cancel);
        }
        catch (Exception e) when (e is KeyFileException or InvalidDataException)
        {
            // Ours to repair, and the back-off leaves time to; without an end it would be tried for ever.
            Unopened(logger, e, webhook.Id);
            return (null, "the broadcast's master key does not open");
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "webhook {Webhook} cannot be signed for")]
    private static partial void Unopened(ILogger logger, Exception exception, WebhookId webhook);

    [LoggerMessage(Level = LogLevel.Warning, Message = "webhook {Webhook} did not take message {Message} in {Attempts} attempts")]
    private static partial void GivenUp(ILogger logger, WebhookId webhook, Guid message, int attempts);
}
