using LiveLedger.Broadcasting;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Subscriptions;
using LiveLedger.Licensing;
using LiveLedger.Media;
using LiveLedger.Messages.V1;
using LiveLedger.Server.Settings;
using LiveLedger.Transparency.Tree;
using MassTransit;

namespace LiveLedger.Server.Messaging;

/// <summary>Sends the stages' messages over a bus: within this process, or over RabbitMQ to whoever binds a queue.</summary>
internal static class MessageBus
{
    // Each transport has a place of its own: what was told within a process was not told to a broker.
    private const string OverRabbitMq = "messages";
    private const string WithinProcess = "messages_memory";
    private const string ToShops = "webhooks";

    public static void AddMessages(this IServiceCollection services, ServerSettings settings, string origin)
    {
        services.AddMassTransit(bus =>
        {
            // It would report home.
            bus.DisableUsageTelemetry();
            bus.AddConsumer<DeliverWebhookConsumer>();
            if (settings.Chain is not null)
            {
                bus.AddConsumer<AnchorLogConsumer>();
            }

            if (settings.RabbitMq is { } broker)
            {
                bus.UsingRabbitMq((context, rabbit) =>
                {
                    rabbit.Host(broker);
                    Receive(rabbit, settings, origin, context);
                });
            }
            else
            {
                bus.UsingInMemory((context, memory) => Receive(memory, settings, origin, context));
            }
        });

        // The server serves whether the broker is there or not; messages wait in the log.
        services.Configure<MassTransitHostOptions>(static host =>
        {
            host.WaitUntilStarted = false;
            host.StopTimeout = TimeSpan.FromSeconds(5);
        });
        services.AddOutwardSubscription(s => new()
        {
            Name = settings.RabbitMq is null ? WithinProcess : OverRabbitMq,
            MessageOf = logged => MessageOf(logged, origin),
            Send = (message, cause, cancel) => SendAsync(s.GetRequiredService<IBus>(), message, cause, cancel),
        });
        services.AddOutwardSubscription(s => new()
        {
            Name = ToShops,
            MessageOf = logged => MessageOf(logged, origin) is { } message ? new ForShops(message, logged.Index) : null,
            Send = (message, cause, cancel) => KeepAsync(s, (ForShops)message, cause, cancel),
        });
    }

    private static void Receive<T>(IReceiveConfigurator<T> bus, ServerSettings settings, string origin, IRegistrationContext context) where T : IReceiveEndpointConfigurator
    {
        DeliverWebhookConsumer.Receive(bus, origin, context);
        if (settings.Chain is not null)
        {
            AnchorLogConsumer.Receive(bus, origin, context);
        }
    }

    /// <summary>Hands an order to whichever process has time for it.</summary>
    public static async Task AnchorAsync(IBus bus, string origin, AnchorLog order, CancellationToken cancel) =>
        await (await bus.GetSendEndpoint(new($"queue:{AnchorLogConsumer.QueueOf(origin)}"))).Send(order, cancel);

    /// <summary>Hands an order to whichever process has time for it.</summary>
    public static async Task DeliverAsync(IBus bus, string origin, DeliverWebhook order, CancellationToken cancel) =>
        await (await bus.GetSendEndpoint(new($"queue:{DeliverWebhookConsumer.QueueOf(origin)}"))).Send(order, cancel);

    // Into the database first: a bus within the process forgets, and a broker is not asked to keep something for three days.
    private static Task KeepAsync(IServiceProvider services, ForShops told, StoredEvent cause, CancellationToken cancel) =>
        (BroadcastingRegistration.BroadcastOf(cause) ?? LicensingRegistration.BroadcastOf(cause)) is { } name && BroadcastId.TryParse(name, out var broadcast)
            ? services.KeepForWebhooksAsync(broadcast, told.Message, told.Place, cause, cancel)
            : Task.CompletedTask;

    private static object? MessageOf(LoggedEvent logged, string origin)
    {
        var e = logged.Event;
        var place = new LedgerPlace(origin, logged.Index.Value, e.Id, e.Stream.Value, (ulong)e.Version, e.RecordedAt);
        return BroadcastingRegistration.MessageOf(e, place) ?? LicensingRegistration.MessageOf(e, place);
    }

    // Done when RabbitMQ has confirmed it: on disk in every durable queue that is bound.
    private static Task SendAsync(IBus bus, object message, StoredEvent cause, CancellationToken cancel) => bus.Publish(
        message,
        Pipe.Execute<PublishContext>(context =>
        {
            context.MessageId = cause.Id;
            context.CorrelationId = cause.Correlation;
            context.Durable = true;
        }),
        cancel);

    private sealed record ForShops(object Message, LedgerIndex Place);
}
