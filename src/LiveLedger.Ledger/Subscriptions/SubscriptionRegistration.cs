using Microsoft.Extensions.DependencyInjection;

namespace LiveLedger.Ledger.Subscriptions;

/// <summary>Puts messages to the outside into a host that has a ledger.</summary>
public static class SubscriptionRegistration
{
    /// <summary>Adds a subscription, and the background work that sends its messages.</summary>
    /// <param name="services">The host's; <see cref="LedgerRegistration.AddLedger"/> goes before.</param>
    /// <param name="subscription">What is sent, and how.</param>
    public static IServiceCollection AddOutwardSubscription(this IServiceCollection services, Func<IServiceProvider, OutwardSubscription> subscription) =>
        services.AddSingleton(subscription).AddHostedService<SubscriptionRunner>();
}
