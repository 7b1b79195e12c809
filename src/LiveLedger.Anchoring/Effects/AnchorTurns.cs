using LiveLedger.Anchoring.Views;
using LiveLedger.Chain.Contracts;
using LiveLedger.Ledger;
using LiveLedger.Ledger.Subscriptions;
using LiveLedger.Media;
using Microsoft.Extensions.DependencyInjection;

namespace LiveLedger.Anchoring.Effects;

/// <summary>
/// Has the log anchored when a broadcast has ended, and at a start that a sale waits for. A subscription with a place of its own: while the bus is away it waits, and
/// tickets and owners, whose effects need no bus, do not.
/// </summary>
internal sealed class AnchorTurns(ChainView view, AnchoringLinks links)
{
    public const string Name = "chain_anchors";

    /// <summary>The subscription.</summary>
    public OutwardSubscription Subscription => new()
    {
        Name = Name,
        MessageOf = logged => links.TurnOf(logged.Event) is { } turn ? new Turn(turn.Broadcast, turn.Ended) : null,
        Send = (message, _, cancel) => OrderAsync((Turn)message, cancel),
    };

    private async Task OrderAsync(Turn turn, CancellationToken cancel)
    {
        if (turn.Ended || (await view.SalesAsync(turn.Broadcast, cancel)).Any(static s => s.State.State == SaleStanding.Open))
        {
            await links.OrderAnchor(turn.Ended ? "broadcast-ended" : "broadcast-started", cancel);
        }
    }

    private sealed record Turn(BroadcastId Broadcast, bool Ended);
}

/// <summary>How the server takes the orders in, among what else goes over its bus.</summary>
public static class AnchorTurnsRegistration
{
    /// <summary>Registers them; the stage must be registered too.</summary>
    public static IServiceCollection AddAnchorTurns(this IServiceCollection services) =>
        services.AddOutwardSubscription(static s => new AnchorTurns(s.GetRequiredService<ChainView>(), s.GetRequiredService<AnchoringLinks>()).Subscription);
}
