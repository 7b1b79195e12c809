using LiveLedger.Ledger;
using Microsoft.Extensions.Logging;

namespace LiveLedger.Swarm.Staying;

/// <summary>Hears from the log which model is in force, whichever process took it in.</summary>
internal sealed partial class StayingFollower(EventStore ledger, StayingInForce inForce, TimeProvider time, ILogger<StayingFollower> logger) : LogFollower(ledger, StayingEvents.Stream.Value, time, logger)
{
    private readonly EventStore _ledger = ledger;

    protected override ValueTask HearAsync(StoredEvent heard, CancellationToken cancel)
    {
        if (StayingEvents.Read(heard) is { } adopted)
        {
            inForce.Take(adopted);
            Followed(logger, adopted.Version, adopted.Model.IsOn ? "on" : "off");
        }

        return default;
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        // What was adopted before; what is heard meanwhile is newer, and newer it stays.
        await foreach (var stored in _ledger.ReadStreamAsync(StayingEvents.Stream, 0, cancellationToken))
        {
            await HearAsync(stored, cancellationToken);
        }

    }

    [LoggerMessage(Level = LogLevel.Information, Message = "version {Version} of the model of who stays is in force: {State}")]
    private static partial void Followed(ILogger logger, long version, string state);
}
