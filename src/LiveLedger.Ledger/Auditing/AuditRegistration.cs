using LiveLedger.Ledger.Bundles;
using LiveLedger.Ledger.Projections;
using Microsoft.Extensions.DependencyInjection;

namespace LiveLedger.Ledger.Auditing;

/// <summary>Puts the audit index into a host that has a ledger.</summary>
public static class AuditRegistration
{
    /// <summary>Adds the audit index, what reads it, and the background work that keeps it.</summary>
    /// <param name="services">The host's; <see cref="LedgerRegistration.AddLedger"/> goes before.</param>
    /// <param name="links">What the index must be told.</param>
    public static IServiceCollection AddAudit(this IServiceCollection services, Func<IServiceProvider, AuditLinks> links) => services
        .AddSingleton(links)
        .AddSingleton(s => new AuditIndex(s.GetRequiredService<AuditLinks>()).Projection)
        .AddSingleton<AuditReader>()
        .AddSingleton<BundleTables>()
        .AddSingleton<BundleMaker>()
        .AddHostedService<ProjectionRunner>();
}
