using System.Collections.Concurrent;
using System.Diagnostics;
using LiveLedger.Messages.V1;
using MassTransit;

namespace LiveLedger.Faults.Messages;

/// <summary>Somebody outside with a durable queue for every kind of message.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly IBusControl _bus;

    private Receiver(Uri broker, string queue) => _bus = Bus.Factory.CreateUsingRabbitMq(rabbit =>
    {
        rabbit.Host(broker);
        rabbit.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.Durable = true;
            endpoint.AutoDelete = false;
            Take<BroadcastCreated>(endpoint, static m => m.Place);
            Take<BroadcastStarted>(endpoint, static m => m.Place);
            Take<BroadcastEnded>(endpoint, static m => m.Place);
            Take<BroadcastTakenDown>(endpoint, static m => m.Place);
            Take<BroadcastRestored>(endpoint, static m => m.Place);
            Take<EntitlementGranted>(endpoint, static m => m.Place);
            Take<EntitlementRevoked>(endpoint, static m => m.Place);
            Take<LicenceGranted>(endpoint, static m => m.Place);
            Take<LicenceRefused>(endpoint, static m => m.Place);
        });
    });

    /// <summary>Everything that came, in the order it came.</summary>
    public ConcurrentQueue<ReceivedMessage> Messages { get; } = new();

    public static async Task<Receiver> StartAsync(Uri broker, string queue)
    {
        var receiver = new Receiver(broker, queue);
        await receiver._bus.StartAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        return receiver;
    }

    /// <summary>Waits for a condition, not for ever.</summary>
    public async Task UntilAsync(Func<IReadOnlyCollection<ReceivedMessage>, bool> condition, string claim, int seconds = 60)
    {
        for (var waiting = Stopwatch.StartNew(); !condition(Messages); await Task.Delay(50))
        {
            Assert.True(waiting.Elapsed < TimeSpan.FromSeconds(seconds), $"not in time: {claim}; there are {Messages.Count} messages");
        }
    }

    public async ValueTask DisposeAsync() => await _bus.StopAsync(TimeSpan.FromSeconds(5));

    private void Take<T>(IReceiveEndpointConfigurator endpoint, Func<T, LedgerPlace> place)
        where T : class => endpoint.Handler<T>(context =>
        {
            Messages.Enqueue(new(context.MessageId ?? Guid.Empty, typeof(T).Name, place(context.Message), context.ReceiveContext.Body.GetString()));
            return Task.CompletedTask;
        });
}

/// <summary>A message as it came.</summary>
internal sealed record ReceivedMessage(Guid Id, string Type, LedgerPlace Place, string Text);
