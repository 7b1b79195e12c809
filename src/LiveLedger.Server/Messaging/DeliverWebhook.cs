using System.Security.Cryptography;
using System.Text;
using LiveLedger.Licensing;
using MassTransit;

namespace LiveLedger.Server.Messaging;

/// <summary>An order to one of our processes: make an attempt at a delivery. What is delivered lies in the database, and is in no message.</summary>
/// <param name="Webhook">To whom.</param>
/// <param name="Message">What.</param>
/// <param name="Turn">Which attempt: an order that comes twice, or too late, is not carried out.</param>
internal sealed record DeliverWebhook(Guid Webhook, Guid Message, long Turn);

/// <summary>Carries it out.</summary>
internal sealed class DeliverWebhookConsumer(IServiceProvider services) : IConsumer<DeliverWebhook>
{
    // In each process. A shop that hangs has but eight of them, for ten seconds each.
    private const int AtOnce = 64;

    /// <summary>The queue of orders, one for all processes of a log: several logs may share a broker.</summary>
    public static string QueueOf(string origin) => $"liveledger-webhooks-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)))[..16]}";

    public static void Receive<T>(IReceiveConfigurator<T> bus, string origin, IRegistrationContext context) where T : IReceiveEndpointConfigurator => bus.ReceiveEndpoint(QueueOf(origin), endpoint =>
    {
        endpoint.ConcurrentMessageLimit = AtOnce;
        // A failed attempt is noted in the database and due again by its back-off. What fails here is our own trouble (the database away): tried
        // again at once a few times, and then due again in two minutes. So nothing need be kept of it.
        endpoint.UseMessageRetry(static retry => retry.Exponential(4, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(500)));
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        endpoint.ConfigureConsumer<DeliverWebhookConsumer>(context);
    });

    public Task Consume(ConsumeContext<DeliverWebhook> context) =>
        services.DeliverWebhookAsync(context.Message.Webhook, context.Message.Message, context.Message.Turn, context.CancellationToken);
}
