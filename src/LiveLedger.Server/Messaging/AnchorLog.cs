using System.Security.Cryptography;
using System.Text;
using LiveLedger.Anchoring;
using MassTransit;

namespace LiveLedger.Server.Messaging;

/// <summary>An order to one of our processes: see to it that the log, as it is now, is anchored on the chain.</summary>
/// <param name="Reason">Why now: <c>schedule</c>, <c>broadcast-ended</c> …</param>
/// <param name="Size">How much of it an anchor has to hold; null where the next one will do.</param>
internal sealed record AnchorLog(string Reason, ulong? Size = null);

/// <summary>Carries it out.</summary>
internal sealed class AnchorLogConsumer(IServiceProvider services) : IConsumer<AnchorLog>
{
    /// <summary>The queue of orders, one for all processes of a log: several logs may share a broker.</summary>
    public static string QueueOf(string origin) => $"liveledger-anchoring-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(origin)))[..16]}";

    public static void Receive<T>(IReceiveConfigurator<T> bus, string origin, IRegistrationContext context) where T : IReceiveEndpointConfigurator => bus.ReceiveEndpoint(QueueOf(origin), endpoint =>
    {
        endpoint.ConcurrentMessageLimit = 1;
        // What fails here is our own trouble (the database away): tried again a few times, and again by the schedule. So nothing need be kept of it.
        endpoint.UseMessageRetry(static retry => retry.Exponential(6, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(500)));
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        endpoint.ConfigureConsumer<AnchorLogConsumer>(context);
    });

    public Task Consume(ConsumeContext<AnchorLog> context) => services.AnchorAsync(context.Message.Reason, context.Message.Size, context.CancellationToken);
}
