using LiveLedger.Ledger.Checkpointing;
using LiveLedger.Ledger.Projections;
using LiveLedger.Ledger.Reading;
using LiveLedger.Ledger.Recovery;
using LiveLedger.Ledger.Sequencing;
using LiveLedger.Ledger.Snapshots;
using LiveLedger.Ledger.Witnesses;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace LiveLedger.Ledger;

/// <summary>Puts the ledger into a host.</summary>
public static class LedgerRegistration
{
    /// <summary>
    /// Adds <see cref="EventStore"/>, <see cref="SnapshotStore"/>, <see cref="LogReader"/>, <see cref="LedgerState"/> and <see cref="LedgerDatabase"/>, and the background
    /// work that sequences and signs, with the <see cref="InlineTables"/> and <see cref="Upcasters"/> that are registered. The host starts whether the database is there or not; appends are refused until it is.
    /// </summary>
    public static IServiceCollection AddLedger(this IServiceCollection services, LedgerOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(new Upcasters());
        return services
            .AddSingleton(options)
            .AddSingleton(_ => new LedgerDatabase(options.ConnectionString))
            .AddSingleton<LedgerState>()
            .AddSingleton(_ => CheckpointStore.Signed(options))
            .AddSingleton<EventStore>()
            .AddSingleton<InlineRebuild>()
            .AddSingleton<SnapshotStore>()
            .AddSingleton<LogReader>()
            .AddSingleton<WitnessedLog>()
            .AddSingleton<Promises>()
            .AddSingleton<LogRecovery>()
            .AddHostedService<SuccessionRecorder>()
            .AddHostedService<LogKeeper>()
            .AddHostedService<InlineRunner>()
            .AddHostedService<WitnessAsker>();
    }
}
