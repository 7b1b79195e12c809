using LiveLedger.Harness.Rabbit;

namespace LiveLedger.Faults.Messages;

/// <summary>One broker for the tests of this folder, which come one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class A_broker : IAsyncLifetime, ICollectionFixture<A_broker>
{
    public const string Name = "a broker";

    public RabbitBroker Broker { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Broker = await RabbitBroker.StartAsync();

    public ValueTask DisposeAsync() => Broker.DisposeAsync();
}
